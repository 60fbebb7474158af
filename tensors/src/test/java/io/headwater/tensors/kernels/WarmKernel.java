/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.function.Supplier;

/** Calls a kernel until it is compiled: from then on a call allocates nothing. */
final class WarmKernel {
    private static final int CALLS = 100;
    private static final int QUIET_ROUNDS = 3;
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private WarmKernel() {}

    /** Fails if a call still allocates when the deadline has passed. */
    static void assertAllocatesNothing(Runnable call, Supplier<String> what) {
        long start = System.nanoTime();
        int quiet = 0;
        int rounds = 0;
        long bytes = 0;
        while (quiet < QUIET_ROUNDS) {
            bytes = allocatedBy(call);
            quiet = bytes == 0 ? quiet + 1 : 0;
            rounds++;
            if (quiet == 0 && System.nanoTime() - start > DEADLINE.toNanos()) {
                throw new AssertionError(
                        "%s: still allocates %d bytes per call after %d rounds of %d calls: a vector is boxed"
                                .formatted(what.get(), bytes / CALLS, rounds, CALLS));
            }
        }
    }

    private static long allocatedBy(Runnable call) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS; i++) {
            call.run();
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }
}
