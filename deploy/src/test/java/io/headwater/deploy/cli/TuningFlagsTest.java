/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class TuningFlagsTest {
    @Test
    void readsSecondsAndRows() {
        TuningFlags flags = read("--warm-up", "0.5", "--crossover", "0");

        assertThat(flags.warmUp()).contains(Duration.ofMillis(500));
        assertThat(flags.crossover()).contains(0);
        assertThat(read().warmUp()).isEmpty();
        assertThat(read().crossover()).isEmpty();
    }

    @Test
    void refusesWhatIsNoTimeAndNoNumberOfRows() {
        assertThatThrownBy(read("--warm-up", "-1")::warmUp)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--warm-up -1.0");
        assertThatThrownBy(read("--warm-up", "NaN")::warmUp).isInstanceOf(UserError.class);
        assertThatThrownBy(read("--crossover", "-2")::crossover)
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--crossover -2");
    }

    @CommandLine.Command(name = "test")
    private static final class Holder {
        @CommandLine.Mixin
        private final TuningFlags flags = new TuningFlags();
    }

    private static TuningFlags read(String... words) {
        Holder holder = new Holder();
        new CommandLine(holder).parseArgs(words);
        return holder.flags;
    }
}
