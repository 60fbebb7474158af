/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.compression.entropy.PrefillStages.Stage;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final CalibratedOn MODEL = new CalibratedOn("1234-ab", 8, 2048);

    private static Calibration calibration() {
        return new Calibration(
                MODEL,
                List.of(List.of(0.5, 0.6, 0.4), List.of(0.6, 0.5, 0.4)),
                List.of(0.7, 0.5),
                List.of(new HeadLabels(2, 3, List.of(0, 1, 0, 1, 0, 0))));
    }

    @Test
    void aCalibrationOfAnotherModelIsRefusedInOneLine() {
        assertThatCode(() -> calibration().checkFor("1234-ab", 2, 3)).doesNotThrowAnyException();
        assertThatThrownBy(() -> calibration().checkFor("1234-cd", 2, 3))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("of another model: it names the file 1234-ab, this one is 1234-cd")
                .hasMessageContaining("run headwater calibrate");
        assertThatThrownBy(() -> calibration().checkFor("1234-ab", 2, 4))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("2 layers of 3 KV heads, the model has 2 of 4");
    }

    @Test
    void moreGroupsThanWereCalibratedAreRefusedInOneLine() throws PolicyException {
        assertThat(calibration().labels(2).group(1, 0)).isEqualTo(1);
        assertThatThrownBy(() -> calibration().labels(4))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("4 groups")
                .hasMessageContaining("3 KV heads in a layer")
                .hasMessageContaining("groups of [2]");
    }

    @Test
    void aBrokenCalibrationIsNeverMade() {
        List<List<Double>> heads = List.of(List.of(0.5, 0.6), List.of(0.6, 0.5));
        assertThatThrownBy(() -> new CalibratedOn(" ", 1, 2)).hasMessageContaining("model=");
        assertThatThrownBy(() -> new Calibration(MODEL, heads, List.of(0.5), List.of()))
                .hasMessageContaining("heads in 2 layers, of 1 layers");
        assertThatThrownBy(() ->
                        new Calibration(MODEL, List.of(List.of(0.5, 0.6), List.of(0.6)), List.of(0.5, 0.5), List.of()))
                .hasMessageContaining("do not have 2 heads each");
        assertThatThrownBy(() -> new Calibration(
                        MODEL, heads, List.of(0.5, 0.5), List.of(new HeadLabels(2, 3, List.of(0, 1, 0, 0, 1, 0)))))
                .hasMessageContaining("labels of 2 x 3 heads, entropies of 2 x 2");
        assertThatThrownBy(() -> new HeadLabels(6, 1, List.of(0))).hasMessageContaining("groups=6");
        assertThatThrownBy(() -> new HeadLabels(2, 2, List.of(0, 2))).hasMessageContaining("head group 2 of 2");
        assertThatThrownBy(() -> new HeadLabels(2, 2, List.of(0, 1, 1))).hasMessageContaining("3 heads, 2 in a layer");
        assertThatThrownBy(() -> new LayerStages(List.of(0, 2))).hasMessageContaining("stages of layers");
        assertThatThrownBy(() -> new LayerStages(List.of(1, 1))).hasMessageContaining("stages of layers");
    }

    @Test
    void aCalibrationIsMadeOfVotesAndMeansOfTheSamples() throws PolicyException {
        Calibrator calibrator = new Calibrator(2, 3, 2);
        calibrator.add(new double[][] {{1, 3, 5, 5, 0, 2}, {9, 9, 1, 1, 2, 2}}, new double[] {0.9, 0.5});
        calibrator.add(new double[][] {{3, 3, 6, 6, 1, 1}, {0, 0, 1, 1, 2, 2}}, new double[] {0.7, 0.69});
        calibrator.add(new double[][] {{4, 4, 1, 1, 1, 1}, {0, 0, 1, 1, 2, 2}}, new double[] {0.8, 0.79});
        Calibration calibration = calibrator.calibration("1234-ab", 2048);

        assertThat(calibration.on()).isEqualTo(new CalibratedOn("1234-ab", 3, 2048));
        assertThat(calibration.heads().getFirst()).containsExactly(3.0, 4.0, 1.0);
        assertThat(calibration.labels(2).labels()).containsExactly(0, 1, 0, 0, 0, 1); // two votes of three
        assertThat(calibration.labels(3).labels()).containsExactly(1, 2, 0, 0, 1, 2);
        assertThat(calibration.stages().stageOfLayer()).containsExactly(0, 1);
    }

    @Test
    void aPolicyIsToldItsGroupsAndItsStages() throws PolicyException {
        Calibration calibration = new Calibration(
                new CalibratedOn("1234-ab", 3, 2048),
                List.of(List.of(0.1, 0.2), List.of(0.1, 0.2), List.of(0.1, 0.2), List.of(0.1, 0.2)),
                List.of(0.7, 0.695, 0.696, 0.6),
                List.of(new HeadLabels(2, 2, List.of(0, 1, 0, 1, 0, 1, 0, 1))));

        assertThat(calibration.calibrated(KvPolicy.parse("uncomp:stages=on")).text())
                .contains("allocation=entropy/2/4x2/55,", "stages=on/4/3x1536,");
        assertThat(calibration
                        .calibrated(KvPolicy.parse(
                                "uncomp:allocation=uniform,stages=on,stage-fall=0.004,min-tokens=100,max-tokens=1001"))
                        .stages())
                .contains(new PrefillStages(4, List.of(new Stage(1, 550), new Stage(3, 100))));
        assertThat(calibration
                        .calibrated(KvPolicy.parse("uncomp:stages=on,stage-fall=0.5"))
                        .stages())
                .as("no fall, one stage")
                .contains(new PrefillStages(4, List.of()));
        assertThat(calibration.calibrated(KvPolicy.parse("snapkv"))).isEqualTo(KvPolicy.parse("snapkv"));
    }

    @Test
    void stagesAreParsedBackFromTheirText() {
        PrefillStages stages = new PrefillStages(30, List.of(new Stage(8, 300), new Stage(21, 100)));
        assertThat(stages.text()).isEqualTo("30/8x300/21x100");
        assertThat(PrefillStages.parse("30/8x300/21x100")).contains(stages);
        assertThat(PrefillStages.parse("30")).contains(new PrefillStages(30, List.of()));
        for (String wrong :
                List.of("", "0", "30/", "30/0x5", "30/30x5", "30/8x0", "30/8x5/8x4", "30/8x5/9x6", "30/8")) {
            assertThat(PrefillStages.parse(wrong)).as(wrong).isEmpty();
        }

        assertThat(List.of(stages.firstLayer(0), stages.endLayer(0), stages.firstLayer(1), stages.endLayer(2)))
                .containsExactly(0, 8, 8, 30);
        assertThat(List.of(stages.keptAt(7, 500), stages.keptAt(8, 500), stages.keptAt(29, 500), stages.keptAt(8, 200)))
                .containsExactly(500, 300, 100, 200);
        assertThat(stages.shortens(101)).isTrue();
        assertThat(stages.shortens(100)).isFalse();
        assertThat(new PrefillStages(30, List.of()).shortens(Integer.MAX_VALUE)).isFalse();
    }

    @Test
    void labelsAreParsedBackFromTheirText() {
        for (int groups : new int[] {2, 3, 4, 5, 8}) {
            for (int heads = 1; heads < 12; heads++) {
                List<Integer> labels = new Random(groups * 31L + heads)
                        .ints(7L * heads, 0, groups)
                        .boxed()
                        .toList();
                HeadLabels written = new HeadLabels(groups, heads, labels);
                assertThat(HeadLabels.parse(written.text())).contains(written);
            }
        }
        assertThat(new HeadLabels(2, 3, List.of(0, 1, 0, 1, 1, 0)).text()).isEqualTo("2/2x3/58");
        for (String wrong :
                List.of("", "2/2x3/5", "2/2x3/580", "2/2x3/59", "2/2x3/5G", "6/2x3/58", "3/1x2/c", "2/0x3/5")) {
            assertThat(HeadLabels.parse(wrong)).as(wrong).isEmpty();
        }
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
