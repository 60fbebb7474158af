/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StepFaultTest {
    private final StepFault fault = new StepFault();

    @Test
    void theLowestLayerIsToldAndThereTheLowestPositionWhoeverReportsFirst() {
        fault.report("late", 3, 0);
        fault.report("early", 2, 9);
        fault.report("earliest", 2, 7);
        fault.report("other row", 2, 8);

        assertThat(fault.take()).isEqualTo("earliest in layer 2 at position 7");
    }

    @Test
    void ofTwoFaultsAtOnePlaceTheFirstIsTold() {
        fault.report("cause", 1, 1);
        fault.report("consequence", 1, 1);

        assertThat(fault.take()).isEqualTo("cause in layer 1 at position 1");
    }

    @Test
    void aFaultIsTakenOnce() {
        fault.report("what", 5, 6);

        assertThat(fault.take()).isNotNull();
        assertThat(fault.take()).isNull();
    }
}
