/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.stream;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How often the subscribers of a session may be woken. Each one that hears of an event costs a write, which takes the cores of those who decode: the more
 * subscribers there are, the longer the next wake-up waits, and the more events each write then carries. One subscriber hears every token at once.
 *
 * @param nanosPerSubscriber the next wake-up comes so long after one, for each subscriber that it woke
 */
record Pace(LongSupplier nanoClock, Later later, long nanosPerSubscriber) {
    /**
     * With 2 cores 0.4 ms: 100 subscribers hear what is new every 40 ms, 1000 every 0.4 s. A write takes some 40 µs of one core, so they take a tenth of one,
     * however many they are.
     */
    private static final long CORE_NANOS_PER_SUBSCRIBER = 800_000;

    /** Runs something later. */
    @FunctionalInterface
    interface Later {
        void run(Runnable task, long nanos);
    }

    /** By this machine's clock and cores. */
    static Pace ofThisMachine() {
        return new Pace(
                System::nanoTime,
                (task, nanos) -> CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS)
                        .execute(task),
                CORE_NANOS_PER_SUBSCRIBER / Runtime.getRuntime().availableProcessors());
    }
}
