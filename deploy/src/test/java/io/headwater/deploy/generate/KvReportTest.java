/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.KvPolicy;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.kvcache.KvOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KvReportTest {
    @Test
    void entriesStandForWhatWasMergedIntoThemAndHeadsElsewhereForAsManyAsTheLeadersDo() throws Exception {
        SequenceFigures figures = new SequenceFigures(
                90,
                1,
                1,
                1,
                1,
                List.of(List.of(40, 41, 39), List.of(40, 40, 40)),
                List.of(List.of(50, 61), List.of(44, 44, 47)),
                1,
                32,
                2,
                3,
                0,
                0,
                0,
                0,
                0);

        KvReport report = KvReport.of(KvOptions.of(KvPolicy.parse("ems:storage=expanded"), 40), figures);

        assertThat(report.budget()).as("in force at the end").isEqualTo(32);
        assertThat(report.budgetChanges()).isEqualTo(2);
        assertThat(report.repeats()).isEqualTo(3);
        assertThat(report.entries()).containsExactly(List.of(40, 41, 39), List.of(40, 40, 40));
        assertThat(report.represented()).containsExactly(List.of(50, 61, 53), List.of(44, 44, 47));
    }
}
