/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import io.headwater.tensors.kernels.KernelWidth;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Processor time of one head's compression, {@code FROM → TO} entries, and a hash of what comes of it: two versions of the code that print the same
 * hashes make the same bits. Arguments: from, to, policies. Not a test; see evaluation/README.md.
 */
final class CompressionTiming {
    private static final KvLayout LAYOUT = new KvLayout(64, KvType.BF16);
    private static final int GROUP = 3;
    private static final int HEADS = 16;
    private static final int ROUNDS = Integer.getInteger("rounds", 12);

    private CompressionTiming() {}

    public static void main(String[] arguments) throws PolicyException {
        int from = Integer.parseInt(arguments[0]);
        int to = Integer.parseInt(arguments[1]);
        Kernels kernels =
                KernelWidth.widest(KernelWidth.preferredBits()).orElseThrow().kernels();
        for (int i = 2; i < arguments.length; i++) {
            KvPolicy policy = KvPolicy.parse(arguments[i]);
            HeadCompressor compressor =
                    new HeadCompressor(policy, LAYOUT, GROUP, from, kernels, TestRotation.interleaved(64));
            double first = 0;
            double best = Double.MAX_VALUE;
            int hash = 0;
            for (int round = 0; round < ROUNDS; round++) {
                List<TestHead> heads = new ArrayList<>();
                for (int h = 0; h < HEADS; h++) {
                    heads.add(RandomHeads.head(LAYOUT, from, GROUP, Math.max(1, policy.window()), 0.3f, h));
                }
                long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                for (TestHead head : heads) {
                    compressor.compress(head, to);
                }
                double micros = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1e3 / HEADS;
                first = round == 0 ? micros : first;
                best = Math.min(best, micros);
                hash = 0;
                for (TestHead head : heads) {
                    hash = 31 * hash + head.fingerprint().hashCode();
                }
            }
            System.out.printf(
                    "%d -> %d: %.1f us a head (first round %.1f), hash %08x  %s%n",
                    from, to, best, first, hash, arguments[i]);
        }
    }
}
