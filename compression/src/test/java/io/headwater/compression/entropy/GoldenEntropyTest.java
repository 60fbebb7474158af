/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.compression.Golden;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Entropies, head groups and layer stages against menik1126/UNComp. */
class GoldenEntropyTest {
    private static final double TOLERANCE = 1e-5; // the official code sums in f32

    @Test
    void entropiesAndSpectraAreThoseOfUncomp() {
        for (JsonNode c : Golden.cases("uncomp_entropy")) {
            JsonNode inputs = c.get("inputs");
            JsonNode outputs = c.get("outputs");
            int dim = inputs.get("dim").intValue();
            int n = inputs.get("n").intValue();
            int k = c.get("settings").get("truncate_k").intValue();
            double sum = 0;
            for (int head = 0; head < inputs.get("heads").intValue(); head++) {
                CovarianceSpectrum spectrum =
                        CovarianceSpectrum.of(matrix(inputs.get("x").get(head)), n, dim);
                close(spectrum.entropy(), outputs.get("entropy_per_head").get(head));
                close(
                        spectrum.truncatedEntropy(k),
                        outputs.get("truncated_entropy_per_head").get(head));
                for (int i = 0; i < dim; i++) {
                    close(
                            spectrum.eigenvalue(i),
                            outputs.get("eigenvalues").get(head).get(i));
                }
                sum += spectrum.entropy();
            }
            close(sum, outputs.get("entropy_sum_over_heads"));
            close(
                    CovarianceSpectrum.of(matrix(inputs.get("hidden")), n, dim).entropy(),
                    outputs.get("hidden_state_entropy"));
        }
    }

    @Test
    void ranksAndHalvesOfTheHeadsAreThoseOfUncomp() {
        for (JsonNode c : Golden.cases("uncomp_entropy")) {
            JsonNode inputs = c.get("inputs");
            int heads = inputs.get("heads").intValue();
            double[] truncated = IntStream.range(0, heads)
                    .mapToDouble(head -> CovarianceSpectrum.of(
                                    matrix(inputs.get("x").get(head)),
                                    inputs.get("n").intValue(),
                                    inputs.get("dim").intValue())
                            .truncatedEntropy(
                                    c.get("settings").get("truncate_k").intValue()))
                    .toArray();
            int[] rank = HeadGroups.ofSample(truncated, heads);
            int[] ascending = Golden.ints(c.get("outputs").get("head_rank_ascending"));
            if (c.get("outputs").has("two_group_labels")) {
                assertThat(HeadGroups.ofSample(truncated, 2))
                        .isEqualTo(Golden.ints(c.get("outputs").get("two_group_labels")));
            }
            assertThat(rank).isEqualTo(ascendingRanks(ascending));
        }
    }

    private static List<Integer> order(int[] ranks) {
        return Arrays.stream(ranks).boxed().toList();
    }

    private static int[] ascendingRanks(int[] heads) {
        int[] ranks = new int[heads.length];
        for (int i = 0; i < heads.length; i++) {
            ranks[heads[i]] = i;
        }
        return ranks;
    }

    @Test
    void headGroupsAreThoseOfUncomp() {
        for (JsonNode c : Golden.cases("uncomp_head_groups")) {
            int groups = c.get("inputs").get("groups").intValue();
            JsonNode samples = c.get("inputs").get("entropy_per_sample");
            int[][] labels = new int[samples.size()][];
            for (int sample = 0; sample < labels.length; sample++) {
                labels[sample] = HeadGroups.ofSample(Golden.doubles(samples.get(sample)), groups);
                assertThat(labels[sample])
                        .isEqualTo(Golden.ints(
                                c.get("inputs").get("labels_per_sample").get(sample)));
            }
            int[] combined = HeadGroups.ofSamples(labels, groups);
            for (int group = 0; group < groups; group++) {
                List<Integer> members = new ArrayList<>();
                for (int head = 0; head < combined.length; head++) {
                    if (combined[head] == group) {
                        members.add(head);
                    }
                }
                assertThat(members)
                        .as("group " + group + " of " + groups)
                        .isEqualTo(order(Golden.ints(
                                c.get("outputs").get("groups_low_to_high").get(group))));
            }
        }
    }

    @Test
    void layerStagesAreThoseOfUncomp() {
        for (JsonNode c : Golden.cases("uncomp_layer_groups")) {
            double[] entropies = Golden.doubles(c.get("inputs").get("layer_entropy"));
            LayerStages stages =
                    LayerStages.of(entropies, c.get("inputs").get("threshold").doubleValue());
            JsonNode want = c.get("outputs").get("stages");
            assertThat(stages.stages()).isEqualTo(want.size());
            for (int stage = 0; stage < want.size(); stage++) {
                for (JsonNode layer : want.get(stage)) {
                    assertThat(stages.stageOfLayer().get(layer.intValue())).isEqualTo(stage);
                }
                int first = want.get(stage).get(0).intValue();
                assertThat(stages.begins(first)).isEqualTo(stage > 0);
            }
        }
    }

    private static float[] matrix(JsonNode rows) {
        int dim = rows.get(0).size();
        float[] x = new float[rows.size() * dim];
        for (int row = 0; row < rows.size(); row++) {
            System.arraycopy(Golden.floats(rows.get(row)), 0, x, row * dim, dim);
        }
        return x;
    }

    private static void close(double got, JsonNode want) {
        assertThat(got).isCloseTo(want.doubleValue(), within(TOLERANCE));
    }
}
