/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How long the other gateways have given no sign of life while this one was looking. Only time in which this one could look counts, and of a long gap
 * between two looks only a little: when the database, or this process, stood still, the others may have, too. No clocks are compared.
 */
final class Silence {
    private static final int MOST_PERIODS = 2;

    private final long leaseNanos;
    private final long mostNanos;
    private Map<String, Heard> heard = new HashMap<>();

    Silence(Duration lease, Duration period) {
        this.leaseNanos = lease.toNanos();
        this.mostNanos = MOST_PERIODS * period.toNanos();
    }

    private record Heard(long beat, long silentNanos) {}

    /**
     * A look at all of them.
     *
     * @param beats how often each has given a sign of life
     * @param nanos since the look before
     * @return those that were silent for too long, with their last beat
     */
    Map<String, Long> look(Map<String, Long> beats, long nanos) {
        Map<String, Heard> now = new HashMap<>();
        Map<String, Long> dead = new HashMap<>();
        beats.forEach((gateway, beat) -> {
            @Nullable Heard before = heard.get(gateway);
            long silent =
                    before != null && before.beat() == beat ? before.silentNanos() + Math.min(nanos, mostNanos) : 0;
            now.put(gateway, new Heard(beat, silent));
            if (silent >= leaseNanos) {
                dead.put(gateway, beat);
            }
        });
        heard = now;
        return dead;
    }

    /** A look failed: whoever is silent could perhaps not speak. */
    void forget() {
        heard.clear();
    }
}
