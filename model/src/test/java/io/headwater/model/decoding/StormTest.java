/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The short form of {@code evaluation/storm}. */
final class StormTest {
    private static final long LIMIT = 6L << 20;

    @TempDir
    private Path directory;

    @Test
    void sessionsThatComeGrowIdleAndGoShareAMemoryThatIsNeverExceededAndReplayTheirLogs() throws Exception {
        Storm.Outcome storm = Storm.run(new Storm.Plan(7, 240, LIMIT, 4, 200, 6), directory);

        assertThat(storm.breaches()).as(storm.figures().toString()).isEmpty();
        assertThat(storm.figure("budgets_lowered")).isGreaterThan(5);
        assertThat(storm.figure("budgets_raised")).isGreaterThan(0);
        assertThat(storm.figure("parts_repeated")).isGreaterThan(5);
        assertThat(storm.figure("refused")).isGreaterThan(0);
        assertThat(storm.figure("turns_replayed")).isGreaterThan(10);
    }
}
