/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits with a deadline that an interrupt does not shorten; the flag is put back afterwards. */
final class Uninterrupted {
    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private Uninterrupted() {}

    /** Whether the latch came to zero in time. */
    static boolean await(CountDownLatch latch, long timeoutNanos) {
        return await(timeoutNanos, left -> latch.await(left, TimeUnit.NANOSECONDS));
    }

    /** Whether the thread ended in time. */
    static boolean join(Thread thread, long timeoutNanos) {
        return await(timeoutNanos, left -> {
            if (thread.isAlive()) { // not one that was never started
                TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(left, LEAST_NANOS));
            }
            return !thread.isAlive();
        });
    }

    private static boolean await(long timeoutNanos, Wait wait) {
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            for (long left = timeoutNanos; ; left = timeoutNanos - (System.nanoTime() - start)) {
                try {
                    if (wait.until(Math.max(left, 0))) {
                        return true;
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
                if (left <= 0) {
                    return false;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private interface Wait {
        /** Waits at most so long; returns whether it has come true. */
        boolean until(long nanos) throws InterruptedException;
    }
}
