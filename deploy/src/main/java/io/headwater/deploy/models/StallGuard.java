/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Closes a stream under its reader when nothing has come for a while: the reader's blocked read then fails. */
final class StallGuard implements AutoCloseable {
    private final InputStream guarded;
    private final long silenceNanos;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("stall-guard").factory());
    private volatile long aliveNanos = System.nanoTime();

    StallGuard(InputStream guarded, Duration silence) {
        this.guarded = guarded;
        this.silenceNanos = silence.toNanos();
        long period = Math.max(1, silenceNanos / 10);
        var _ = timer.scheduleWithFixedDelay(this::check, period, period, TimeUnit.NANOSECONDS);
    }

    /** Something came. */
    void alive() {
        aliveNanos = System.nanoTime();
    }

    private void check() {
        if (System.nanoTime() - aliveNanos > silenceNanos) {
            try {
                guarded.close();
            } catch (IOException e) {
                throw new IllegalStateException(
                        "a stalled connection cannot be closed", e); // ends the timer; the read still hangs
            }
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
