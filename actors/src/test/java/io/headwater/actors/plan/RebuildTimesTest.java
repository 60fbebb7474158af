/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RebuildTimesTest {
    private final RebuildTimes times = new RebuildTimes();

    @Test
    void knowsNothingBeforeTheFirstPlanServes() {
        times.begins(5, true);

        assertThat(times.estimate(true)).isEmpty();
        assertThat(times.estimate(false)).isEmpty();
    }

    @Test
    void keepsAColdLoadOutOfTheEstimateForWarmNodes() {
        times.begins(0, true);
        assertThat(times.serves(9_000)).isEqualTo(9_000);
        times.begins(10_000, false);
        times.serves(10_500);

        assertThat(times.estimate(false)).hasValue(500);
        assertThat(times.estimate(true)).hasValue(9_000);
    }

    @Test
    void takesTheOtherFigureWhereThereIsNoneOfItsKind() {
        times.begins(0, true);
        times.serves(9_000);

        assertThat(times.estimate(false)).hasValue(9_000);
    }
}
