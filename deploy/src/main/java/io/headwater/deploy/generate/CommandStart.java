/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import java.util.concurrent.TimeUnit;

/**
 * When the user pressed Enter, on the scale of {@link System#nanoTime}. The launcher says it in {@code headwater.started.micros} (of the epoch);
 * without it the command's own start counts.
 */
record CommandStart(long nanos) {
    private static final long LONGEST_START_NANOS = TimeUnit.HOURS.toNanos(1);

    static CommandStart now() {
        long startedMicros = Long.getLong("headwater.started.micros", 0);
        long before = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis())
                - TimeUnit.MICROSECONDS.toNanos(startedMicros);
        boolean known = startedMicros > 0 && before >= 0 && before < LONGEST_START_NANOS;
        return new CommandStart(System.nanoTime() - (known ? before : 0));
    }

    double millisecondsUntil(long nanoTime) {
        return (nanoTime - nanos) / 1e6;
    }
}
