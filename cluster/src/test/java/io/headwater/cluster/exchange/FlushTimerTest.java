/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FlushTimerTest {
    private static final long TENTH_NANOS = 100_000;

    /** Two, four and eight milliseconds after the last message, then no more until the next. */
    @Test
    void framesFollowTheLastMessageAndEnd() {
        FlushTimer timer = new FlushTimer();

        assertThat(dueMillis(timer, 0, 40, 0)).as("nothing was sent").isEmpty();
        assertThat(timer.isWaiting()).isFalse();
        assertThat(dueMillis(timer, 40, 80, 3)).containsExactly(42.0, 44.0, 48.0);
        assertThat(timer.isWaiting()).isFalse();
        assertThat(dueMillis(timer, 80, 83, 4)).containsExactly(82.0);
        assertThat(timer.isWaiting()).isTrue();
        assertThat(dueMillis(timer, 83, 120, 5)).as("a new message begins anew").containsExactly(85.0, 87.0, 91.0);
    }

    @Test
    void aLinkThatIsBusyGetsNone() {
        FlushTimer timer = new FlushTimer();

        for (int messages = 1; messages < 1000; messages++) {
            assertThat(timer.isDue(messages * 1_000_000L, messages)).isFalse();
        }
    }

    /** When frames are due, looking every tenth of a millisecond. */
    private static List<Double> dueMillis(FlushTimer timer, int fromMillis, int toMillis, long messages) {
        List<Double> due = new ArrayList<>();
        for (long tenth = fromMillis * 10L; tenth < toMillis * 10L; tenth++) {
            if (timer.isDue(tenth * TENTH_NANOS, messages)) {
                due.add(tenth / 10.0);
            }
        }
        return due;
    }
}
