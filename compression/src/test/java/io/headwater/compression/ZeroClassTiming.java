/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import io.headwater.tensors.kernels.KernelWidth;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.stream.IntStream;

/** Times 64 heads × 4096 entries brought down to 256 by EMS: head by head, and as one padded zero-class batch. Not a test: evaluation/zero-class runs it. */
final class ZeroClassTiming {
    private static final KvLayout LAYOUT = new KvLayout(64, KvType.BF16);
    private static final int N = 4096;
    private static final int GROUP = 3;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private ZeroClassTiming() {}

    public static void main(String[] arguments) throws PolicyException {
        int heads = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 64;
        KvPolicy policy = KvPolicy.parse(arguments.length > 1 ? arguments[1] : "ems");
        Kernels kernels =
                KernelWidth.widest(KernelWidth.preferredBits()).orElseThrow().kernels();
        HeadCompressor compressor = new HeadCompressor(policy, LAYOUT, GROUP, N, kernels, TestRotation.interleaved(64));
        for (int round = 0; round < 8; round++) {
            List<TestHead> loop = heads(heads, policy.window());
            long start = THREADS.getCurrentThreadCpuTime(); // of the processor: other work does not count
            loop.forEach(head -> compressor.compress(head, 256));
            long between = THREADS.getCurrentThreadCpuTime();
            List<TestHead> batch = heads(heads, policy.window());
            long batchStart = THREADS.getCurrentThreadCpuTime();
            compressor.compressAll(batch, 256);
            long end = THREADS.getCurrentThreadCpuTime();
            boolean same = IntStream.range(0, heads)
                    .allMatch(h -> loop.get(h).fingerprint().equals(batch.get(h).fingerprint()));
            System.out.printf(
                    "%d heads, %s: head by head %.1f ms, batch %.1f ms, same bits: %s%n",
                    heads, policy.name(), (between - start) / 1e6, (end - batchStart) / 1e6, same);
        }
    }

    private static List<TestHead> heads(int heads, int window) {
        return IntStream.range(0, heads)
                .mapToObj(seed -> RandomHeads.head(LAYOUT, N, GROUP, Math.max(1, window), 0.3f, seed))
                .toList();
    }
}
