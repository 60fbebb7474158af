/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.agrona.concurrent.NanoClock;

/**
 * Notices a leader's engine thread that does not come round: stuck in a listener or a sampler, where no peer and no barrier waits for it.
 * Exchanges have deadlines of their own and do not count. Own thread; it counts only time in which it runs itself, so that a process
 * that was stopped finds no fault with its engine.
 */
final class EngineWatch {
    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private final LongSupplier rounds;
    private final BooleanSupplier excused;
    private final long limitNanos;
    private final Runnable stuck;
    private final NanoClock clock;
    private final Thread thread;
    private volatile boolean stopped;
    private long seenRounds = -1;
    private long cycleNanos;
    private long stuckNanos;

    /**
     * @param rounds another number whenever the thread has come round
     * @param excused whether it waits for what has a deadline of its own
     * @param stuck told once, on the watch's thread
     */
    EngineWatch(
            String name,
            LongSupplier rounds,
            BooleanSupplier excused,
            long limitNanos,
            Runnable stuck,
            NanoClock clock) {
        this.rounds = rounds;
        this.excused = excused;
        this.limitNanos = limitNanos;
        this.stuck = stuck;
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::watch);
    }

    void start() {
        cycleNanos = clock.nanoTime();
        thread.start();
    }

    private void watch() {
        while (!stopped) {
            LockSupport.parkNanos(this, PERIOD_NANOS);
            if (!stopped && isStuck(clock.nanoTime())) {
                stuck.run();
                return;
            }
        }
    }

    /** One look; whether the thread has not come round for so long. */
    boolean isStuck(long nowNanos) {
        long now = rounds.getAsLong();
        stuckNanos = now != seenRounds || excused.getAsBoolean()
                ? 0
                : stuckNanos + Math.min(nowNanos - cycleNanos, 3 * PERIOD_NANOS);
        seenRounds = now;
        cycleNanos = nowNanos;
        return stuckNanos > limitNanos;
    }

    /** Does not wait for its thread, which does nothing more. */
    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }
}
