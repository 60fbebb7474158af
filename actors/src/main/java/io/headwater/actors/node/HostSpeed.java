/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import java.util.concurrent.TimeUnit;

/**
 * How fast this host is, for the shares of a plan: how fast a thread reads 16 MiB, measured in less than 100 ms. A large last-level cache holds that
 * much, so it is between the speed of the cache and that of memory, which bounds decoding; among like hosts it is the same. Unlike ones may
 * be given their capacity.
 */
final class HostSpeed {
    private static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(80);
    private static final int LONGS = 2 << 20;

    private HostSpeed() {}

    /** Gigabytes a second of one thread, the best of several runs, times the threads that have a core. */
    static double capacity(int threads) {
        long[] memory = new long[LONGS];
        long start = System.nanoTime();
        long bestNanos = Long.MAX_VALUE;
        long sum = 0;
        while (System.nanoTime() - start < LIMIT_NANOS) {
            long from = System.nanoTime();
            sum += sum(memory);
            bestNanos = Math.min(bestNanos, System.nanoTime() - from);
        }
        double gigabytes =
                (double) Long.BYTES * LONGS / Math.max(1, bestNanos + sum); // all zeros: the sum adds nothing
        return gigabytes * Math.min(threads, Runtime.getRuntime().availableProcessors());
    }

    private static long sum(long[] memory) {
        long sum = 0;
        for (long one : memory) {
            sum += one;
        }
        return sum;
    }
}
