/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.PolicyException;
import java.util.List;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final String MODEL = "ab".repeat(32);

    private static Calibration calibration() {
        return new Calibration(MODEL, 2, List.of(List.of(0, 1, 0), List.of(1, 0, 0)), new LayerStages(List.of(0, 1)));
    }

    @Test
    void aCalibrationOfAnotherModelIsRefusedInOneLine() {
        assertThatCode(() -> calibration().checkFor(MODEL, 2, 3)).doesNotThrowAnyException();
        assertThatThrownBy(() -> calibration().checkFor("cd".repeat(32), 2, 3))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("of another model")
                .hasMessageContaining("run headwater calibrate");
        assertThatThrownBy(() -> calibration().checkFor(MODEL, 2, 4))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("2 layers of 3 KV heads, the model has 2 of 4");
    }

    @Test
    void aBrokenCalibrationIsNeverMade() {
        LayerStages stages = new LayerStages(List.of(0, 1));
        List<List<Integer>> heads = List.of(List.of(0, 1), List.of(1, 0));
        assertThatThrownBy(() -> new Calibration("ab", 2, heads, stages)).hasMessageContaining("modelSha256");
        assertThatThrownBy(() -> new Calibration(MODEL, 6, heads, stages)).hasMessageContaining("groups=6");
        assertThatThrownBy(() -> new Calibration(MODEL, 2, heads, new LayerStages(List.of(0))))
                .hasMessageContaining("groups of 2 layers, stages of 1");
        assertThatThrownBy(() -> new Calibration(MODEL, 2, List.of(List.of(0, 2), List.of(1, 0)), stages))
                .hasMessageContaining("head group 2 of 2");
        assertThatThrownBy(() -> new Calibration(MODEL, 2, List.of(List.of(0, 1), List.of(1)), stages))
                .hasMessageContaining("layers of 2 and of 1 heads");
        assertThatThrownBy(() -> new LayerStages(List.of(0, 2))).hasMessageContaining("stages of layers");
        assertThatThrownBy(() -> new LayerStages(List.of(1, 1))).hasMessageContaining("stages of layers");
    }

    @Test
    void aPrefillGoesOnWithFewerTokensFromStageToStage() {
        LayerStages stages = new LayerStages(List.of(0, 0, 1, 2, 2, 3, 4));
        assertThat(List.of(0, 2, 3, 5, 6).stream()
                        .map(layer -> stages.kept(layer, 1536, 4096))
                        .toList())
                .containsExactly(4096, 3456, 2816, 2176, 1536);
        assertThat(new LayerStages(List.of(0, 0)).kept(1, 1536, 4000)).isEqualTo(4000);
    }

    @Test
    void aKvHeadHasTheMeanEntropyOfItsQueryHeads() {
        assertThat(HeadGroups.ofKvHeads(new double[] {0.25, 0.75, 1, 0.5}, 2)).containsExactly(0.5, 0.75);
    }

    @Test
    void groupsAreAsEqualAsTheHeadsAllowAndOfEqualEntropiesTheLowerHeadIsLower() {
        assertThat(HeadGroups.ofSample(new double[] {0.5, 0.5, 0.5}, 2)).containsExactly(0, 0, 1);
        assertThat(HeadGroups.ofSample(new double[] {0.9, 0.1, 0.5, 0.5, 0.2}, 3))
                .containsExactly(2, 0, 1, 1, 0);
        assertThat(HeadGroups.ofSamples(new int[][] {{0, 0, 1}, {0, 1, 0}}, 2)).containsExactly(0, 1, 0);
        assertThat(HeadGroups.ofSamples(new int[][] {{0, 1, 2}, {1, 0, 2}}, 3)).containsExactly(0, 1, 2);
        assertThatThrownBy(() -> HeadGroups.ofSample(new double[3], 4)).hasMessage("4 groups of 3 heads");
    }
}
