/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PhaseLimitTest {
    /** Multiply-adds per row of the MLP of 135M, 1B and 7B parameters, of 70B, and of more than there is. */
    @ParameterizedTest
    @CsvSource({
        "1769472, 128, 128",
        "33554432, 128, 116",
        "90177536, 128, 44",
        "90177536, 3, 3",
        "469762048, 128, 8",
        "2000000000, 128, 2",
        "9000000000, 128, 1"
    })
    void largeModelsGetShortSteps(long multiplyAdds, int asked, int rows) {
        assertThat(PhaseLimit.rows(multiplyAdds, asked)).isEqualTo(rows);
    }
}
