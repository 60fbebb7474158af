/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts tokens by the second, for a rate over the last few. One thread counts, any may read; a reader may miss what is being counted.
 * Time is {@link System#nanoTime}'s, given by the caller.
 */
final class TokenRate {
    static final int SECONDS = 5;

    /** A ring of the running second and {@link #SECONDS} whole ones: which second since the start, and its tokens. */
    private static final int SLOTS = SECONDS + 1;

    private final AtomicLongArray seconds = new AtomicLongArray(SLOTS);
    private final AtomicLongArray counts = new AtomicLongArray(SLOTS);
    private final AtomicLong total = new AtomicLong();
    private final long startNanos;

    TokenRate(long startNanos) {
        this.startNanos = startNanos;
    }

    void count(long nowNanos) {
        long second = second(nowNanos);
        int slot = (int) (second % SLOTS);
        if (seconds.get(slot) != second) {
            counts.setRelease(slot, 0);
            seconds.setRelease(slot, second);
        }
        counts.setRelease(slot, counts.get(slot) + 1);
        total.setRelease(total.get() + 1);
    }

    /** All that were counted. */
    long total() {
        return total.getAcquire();
    }

    /** Tokens per second over the last {@link #SECONDS} whole seconds and the running one, or since the start if that is less. */
    double perSecond(long nowNanos) {
        long now = second(nowNanos);
        long sum = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            if (now - seconds.getAcquire(slot) <= SECONDS) {
                sum += counts.getAcquire(slot);
            }
        }
        double oldest = (double) Math.max(0, now - SECONDS) * TimeUnit.SECONDS.toNanos(1);
        double span = nowNanos - startNanos - oldest;
        return span > 0 ? sum * 1e9 / span : 0;
    }

    private long second(long nowNanos) {
        return (nowNanos - startNanos) / TimeUnit.SECONDS.toNanos(1);
    }
}
