/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class SilenceTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private final Silence silence = new Silence(Duration.ofSeconds(5), Duration.ofSeconds(1));

    @Test
    void whoGivesNoSignForALeaseIsDeadAndWhoGivesOneIsNot() {
        for (long i = 0; i < 5; i++) {
            assertThat(silence.look(Map.of("dead", 7L, "alive", i / 2), SECOND)).isEmpty();
        }

        assertThat(silence.look(Map.of("dead", 7L, "alive", 9L), SECOND)).isEqualTo(Map.of("dead", 7L));
    }

    @Test
    void aTimeInWhichNobodyCouldLookIsNotHeldAgainstTheOthers() {
        silence.look(Map.of("other", 1L), SECOND);
        silence.look(Map.of("other", 1L), 4 * SECOND / 2);

        assertThat(silence.look(Map.of("other", 1L), 3600 * SECOND)).isEmpty();

        silence.forget();
        for (int i = 0; i < 5; i++) {
            assertThat(silence.look(Map.of("other", 1L), SECOND)).isEmpty();
        }
        assertThat(silence.look(Map.of("other", 1L), SECOND)).containsKey("other");
    }
}
