/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.compression.Golden;
import io.headwater.compression.entropy.HeadLabels;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FixedBudgetsTest {
    private static final int LAYERS = 30;
    private static final int HEADS = 3;

    @Test
    void pyramidBudgetsAreThoseOfKvpress() {
        for (JsonNode c : Golden.cases("pyramidkv")) {
            JsonNode inputs = c.get("inputs");
            int n = inputs.get("n").intValue();
            int layers = inputs.get("layers").intValue();
            double keep = n * (1 - inputs.get("compression_ratio").doubleValue());
            int[] budgets = IntStream.range(0, layers)
                    .map(layer -> LayerBudgets.withinLength(
                            n,
                            keep,
                            inputs.get("window_size").intValue(),
                            inputs.get("beta").intValue(),
                            layer,
                            layers))
                    .toArray();
            assertThat(budgets).isEqualTo(Golden.ints(c.get("outputs").get("budgets")));
        }
    }

    @Test
    void uniformBudgetsAreTheMean() {
        HeadBudgets budgets = FixedBudgets.uniform(LAYERS, HEADS, new BudgetLimits(256, 13, 4096));
        assertThat(budgets.sum()).isEqualTo(256L * LAYERS * HEADS);
        assertThat(budgets.largest()).isEqualTo(256);
    }

    @Test
    void aPyramidFallsSumsExactlyAndFollowsThePapersProgressionAboveTheLeast() {
        for (int mean : new int[] {13, 14, 64, 256, 1024}) {
            BudgetLimits limits = new BudgetLimits(mean, 13, 4096);
            HeadBudgets budgets = FixedBudgets.pyramid(LAYERS, HEADS, 20, limits);

            assertThat(budgets.sum()).isEqualTo((long) mean * LAYERS * HEADS);
            double base = mean - 13;
            for (int layer = 0; layer < LAYERS; layer++) {
                double want = 13 + 2 * base - base / 20 - layer * (2 * base - base / 10) / (LAYERS - 1);
                assertThat((double) budgets.of(layer, 0)).isCloseTo(want, within(1.0));
                assertThat(budgets.of(layer, 0)).isEqualTo(budgets.of(layer, 2));
                assertThat(layer == 0 ? 0 : budgets.of(layer, 0) - budgets.of(layer - 1, 0))
                        .isLessThanOrEqualTo(0);
            }
        }
    }

    @Test
    void aPyramidThatWouldPassTheMostIsCutAndStillSumsExactly() {
        HeadBudgets budgets = FixedBudgets.pyramid(LAYERS, HEADS, 20, new BudgetLimits(256, 13, 300));
        assertThat(budgets.sum()).isEqualTo(256L * LAYERS * HEADS);
        assertThat(budgets.largest()).isEqualTo(300);
        assertThat(FixedBudgets.pyramid(1, HEADS, 20, new BudgetLimits(256, 13, 300))
                        .of(0, 2))
                .isEqualTo(256);
    }

    @Test
    void entropyGroupsOfEqualSizeGetUncompsConstantsAtItsMean() {
        assertThat(layerOf(List.of(0, 1), 2, 384)).containsExactly(256, 512);
        assertThat(layerOf(List.of(2, 0, 1), 3, 384)).containsExactly(736, 32, 384);
        assertThat(layerOf(List.of(3, 1, 0, 2), 4, 384)).containsExactly(640, 298, 128, 470);
        assertThat(layerOf(List.of(0, 4, 1, 3, 2), 5, 384)).containsExactly(256, 512, 320, 448, 384);
        assertThat(layerOf(List.of(7, 6, 5, 4, 3, 2, 1, 0), 8, 384))
                .containsExactly(737, 636, 535, 434, 334, 232, 132, 32); // the constants' mean is 383.6
    }

    @Test
    void entropyBudgetsSumExactlyAtAnyMeanAndNobodyGetsLessThanTheLeast() {
        for (int mean = 13; mean < 600; mean += 7) {
            int[] budgets = layerOf(List.of(0, 1, 0), 2, mean);
            assertThat(IntStream.of(budgets).sum()).isEqualTo(3 * mean);
            assertThat(IntStream.of(budgets).allMatch(b -> b >= 13)).isTrue();
            assertThat(IntStream.of(layerOf(List.of(0, 2, 1), 3, mean)).allMatch(b -> b >= 13))
                    .isTrue();
        }
        assertThat(layerOf(List.of(0, 2, 1), 3, 64)).containsExactly(13, 118, 61); // 32 of 1152 would be 5
    }

    private static int[] layerOf(List<Integer> groups, int count, int mean) {
        HeadLabels labels = new HeadLabels(
                count,
                groups.size(),
                Stream.concat(groups.stream(), groups.stream()).toList());
        HeadBudgets budgets = FixedBudgets.entropy(labels, new BudgetLimits(mean, 13, 4096));
        assertThat(budgets.sum()).isEqualTo(2L * mean * groups.size());
        return IntStream.range(0, groups.size()).map(h -> budgets.of(1, h)).toArray();
    }
}
