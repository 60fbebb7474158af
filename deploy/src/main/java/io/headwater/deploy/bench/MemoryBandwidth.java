/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import io.headwater.tensors.memory.NodeMemory;
import io.headwater.tensors.memory.WeightMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How fast this machine reads memory in order, with as many threads as decode uses: the limit of decode, which reads every weight once per
 * token. Pages are mapped as those of weights are and given back at once.
 */
final class MemoryBandwidth {
    /** Larger than the caches of any machine; all threads together. */
    static final long BYTES = 1L << 30;

    private static final int PASSES = 9;
    private static final long SLICE_BYTES = 1 << 20;

    private MemoryBandwidth() {}

    /** Bytes per second of the best of several passes. */
    static double measure(int threads, long bytes) throws InterruptedException {
        long bytesEach = Math.max(1, bytes / threads / SLICE_BYTES) * SLICE_BYTES;
        try (NodeMemory node = new NodeMemory(Long.MAX_VALUE);
                WeightMemory memory = node.openWeights("bandwidth", Long.MAX_VALUE)) {
            List<MemorySegment> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                parts.add(memory.allocate(bytesEach));
            }
            long bestNanos = bestPass(parts);
            return threads * bytesEach * 1e9 / bestNanos;
        }
    }

    private static long bestPass(List<MemorySegment> parts) throws InterruptedException {
        AtomicLong start = new AtomicLong();
        AtomicLong best = new AtomicLong(Long.MAX_VALUE);
        AtomicLong sums = new AtomicLong();
        CyclicBarrier begin = new CyclicBarrier(parts.size(), () -> start.set(System.nanoTime()));
        CyclicBarrier end = new CyclicBarrier(
                parts.size(), () -> best.accumulateAndGet(System.nanoTime() - start.get(), Math::min));
        List<Thread> threads = new ArrayList<>();
        for (MemorySegment part : parts) {
            threads.add(Thread.ofPlatform().daemon().name("bandwidth").start(() -> {
                part.fill((byte) 1); // untouched pages would all be the one page of zeros
                try {
                    for (int pass = 0; pass < PASSES; pass++) {
                        begin.await();
                        sums.addAndGet(sum(part));
                        end.await();
                    }
                } catch (InterruptedException | BrokenBarrierException e) {
                    throw new IllegalStateException("the measurement was interrupted", e);
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long ones = parts.stream().mapToLong(MemorySegment::byteSize).sum() / Long.BYTES * 0x0101010101010101L * PASSES;
        if (sums.get() != ones) {
            throw new IllegalStateException("memory was read wrongly: sum " + sums.get() + ", expected " + ones);
        }
        return best.get();
    }

    /** In slices: only a loop over ints becomes one of whole vectors, and with 8-byte loads too few cache lines are under way. */
    private static long sum(MemorySegment part) {
        long sum = 0;
        for (long at = 0; at < part.byteSize(); at += SLICE_BYTES) {
            sum += sumOfSlice(part.asSlice(at, SLICE_BYTES));
        }
        return sum;
    }

    private static long sumOfSlice(MemorySegment slice) {
        long sum = 0;
        int words = (int) (slice.byteSize() / Long.BYTES);
        for (int i = 0; i < words; i++) {
            sum += slice.getAtIndex(ValueLayout.JAVA_LONG, i);
        }
        return sum;
    }
}
