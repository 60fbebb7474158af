/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LayerBudgetsTest {
    private static final int LAYERS = 30;

    private static int[] budgets(String policy, int budget) throws PolicyException {
        KvPolicy parsed = KvPolicy.parse(policy);
        return IntStream.range(0, LAYERS)
                .map(layer -> LayerBudgets.of(parsed, budget, layer, LAYERS))
                .toArray();
    }

    @Test
    void aPyramidFallsFromLayerToLayerAndHasTheMeanThatWasAskedFor() throws PolicyException {
        for (int budget : new int[] {64, 128, 256, 1024}) {
            int[] budgets = budgets("pyramidkv", budget);
            for (int layer = 1; layer < LAYERS; layer++) {
                assertThat(budgets[layer]).isLessThanOrEqualTo(budgets[layer - 1]);
            }
            assertThat(budgets[0]).isGreaterThan(budgets[LAYERS - 1]);
            assertThat(IntStream.of(budgets).average().orElseThrow()).isBetween(budget - 0.5, budget + 0.5);
        }
    }

    @Test
    void otherPoliciesGiveEveryLayerTheSame() throws PolicyException {
        assertThat(budgets("snapkv", 256)).containsOnly(256);
        assertThat(LayerBudgets.of(KvPolicy.parse("pyramidkv"), 256, 0, 1)).isEqualTo(256);
        assertThat(budgets("pyramidkv:schedule=kvpress", 256)).containsOnly(256); // a 20th is less than the window
    }
}
