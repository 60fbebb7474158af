/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class StepFaultTest {
    private final StepBatch batch = new StepBatch(20, 1);
    private final StepFault fault = new StepFault(batch);

    StepFaultTest() {
        batch.add(new Sequence(1, List.of()), new int[10], 0, 10, 0);
        batch.add(new Sequence(2, List.of()), new int[10], 0, 10, 0);
    }

    @Test
    void theLowestLayerIsToldAndThereTheLowestPositionWhoeverReportsFirst() {
        fault.report("late", 3, 0);
        fault.report("early", 2, 9);
        fault.report("earliest", 2, 7);
        fault.report("other row", 2, 8);

        assertThat(fault.of(0)).startsWith("earliest in layer 2 at position 7: ");
    }

    @Test
    void ofTwoFaultsAtOnePlaceTheFirstIsTold() {
        fault.report("cause", 1, 1);
        fault.report("consequence", 1, 1);

        assertThat(fault.of(0)).startsWith("cause in layer 1 at position 1: ");
    }

    @Test
    void eachRunHasItsOwn() {
        fault.report("what", 5, 16);

        assertThat(fault.any()).isTrue();
        assertThat(fault.of(0)).isNull();
        assertThat(fault.of(1)).startsWith("what in layer 5 at position 6: ");
    }

    @Test
    void nothingIsLeftForTheNextStep() {
        fault.report("what", 5, 6);
        fault.clear();

        assertThat(fault.any()).isFalse();
        assertThat(fault.of(0)).isNull();
    }
}
