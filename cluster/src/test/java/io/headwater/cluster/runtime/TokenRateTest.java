/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class TokenRateTest {
    private static final long START = Long.MAX_VALUE - 3_000_000_000L; // nanoTime may wrap round
    private final TokenRate rate = new TokenRate(START);

    @Test
    void countsTheLastSecondsOnly() {
        for (int second = 0; second < 20; second++) {
            int tokens = second < 10 ? 1000 : 40;
            for (int token = 0; token < tokens; token++) {
                rate.count(at(second + (double) token / tokens));
            }
        }

        assertEquals(40, rate.perSecond(at(20)), 0.01);
    }

    @Test
    void fallsToZeroWhenNothingComes() {
        rate.count(at(1));

        assertEquals(0, rate.perSecond(at(7.5)));
    }

    @Test
    void dividesByTheTimeSinceTheStartWhenThatIsShort() {
        for (int token = 0; token < 10; token++) {
            rate.count(at(0.5));
        }

        assertEquals(20, rate.perSecond(at(0.5)), 0.01);
    }

    @Test
    void isZeroAtTheStart() {
        assertEquals(0, rate.perSecond(START));
    }

    private static long at(double seconds) {
        return START + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
    }
}
