/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class EngineWatchTest {
    private static final long STEP = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(10);
    private long rounds;
    private boolean excused;
    private long now;
    private final EngineWatch watch = new EngineWatch("watch", () -> rounds, () -> excused, LIMIT, () -> {}, () -> now);

    @Test
    void aThreadThatDoesNotComeRoundIsStuckAfterTheLimit() {
        assertFalse(looks(100));
        assertTrue(looks(2));
    }

    @Test
    void oneThatComesRoundNowAndThenIsNot() {
        for (int times = 0; times < 10; times++) {
            rounds++;
            assertFalse(looks(90));
        }
    }

    @Test
    void whatHasADeadlineOfItsOwnDoesNotCount() {
        excused = true;
        assertFalse(looks(1000));
    }

    /** A stopped process runs neither thread. */
    @Test
    void timeInWhichTheWatchDidNotRunDoesNotCount() {
        assertFalse(looks(1));
        now += TimeUnit.MINUTES.toNanos(5);
        assertFalse(looks(1));
    }

    private boolean looks(int times) {
        boolean stuck = false;
        for (int look = 0; look < times; look++) {
            now += STEP;
            stuck |= watch.isStuck(now);
        }
        return stuck;
    }
}
