/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import io.headwater.compression.entropy.GroupWeights;
import io.headwater.compression.entropy.HeadLabels;
import java.util.Arrays;

/**
 * Budgets that need no scores: functions of the mean, the limits, the model's shape and perhaps its head groups. Together exactly mean ×
 * heads. What golden formulas round otherwise is in {@link LayerBudgets}.
 */
public final class FixedBudgets {
    private FixedBudgets() {}

    /** The same for all. */
    public static HeadBudgets uniform(int nLayers, int kvHeads, BudgetLimits limits) {
        int[] budgets = new int[nLayers * kvHeads];
        Arrays.fill(budgets, limits.mean());
        return new HeadBudgets(kvHeads, budgets);
    }

    /**
     * PyramidKV's progression for any policy: what is above the least falls linearly from layer to layer, the last one gets a {@code beta}-th of its
     * mean, the first as much more.
     */
    public static HeadBudgets pyramid(int nLayers, int kvHeads, int beta, BudgetLimits limits) {
        if (nLayers == 1) {
            return uniform(nLayers, kvHeads, limits);
        }
        long[] weights = new long[nLayers];
        for (int layer = 0; layer < nLayers; layer++) {
            weights[layer] = (nLayers - 1) + 2L * (beta - 1) * (nLayers - 1 - layer);
        }
        int least = limits.least();
        int[] above = Shares.of(weights, new BudgetLimits(limits.mean() - least, 0, limits.most() - least));
        int[] budgets = new int[nLayers * kvHeads];
        for (int i = 0; i < budgets.length; i++) {
            budgets[i] = least + above[i / kvHeads];
        }
        return new HeadBudgets(kvHeads, budgets);
    }

    /** UNComp: the heads of a layer in proportion to their group's constant, at least the least (ALGORITHMS 3.3). */
    public static HeadBudgets entropy(HeadLabels labels, BudgetLimits limits) {
        int kvHeads = labels.kvHeads();
        int[] budgets = new int[labels.nLayers() * kvHeads];
        for (int layer = 0; layer < labels.nLayers(); layer++) {
            System.arraycopy(entropy(labels, layer, limits), 0, budgets, layer * kvHeads, kvHeads);
        }
        return new HeadBudgets(kvHeads, budgets);
    }

    /** The budgets of one layer's heads. */
    public static int[] entropy(HeadLabels labels, int layer, BudgetLimits limits) {
        long[] weights = new long[labels.kvHeads()];
        for (int head = 0; head < weights.length; head++) {
            weights[head] = GroupWeights.of(labels.groups(), labels.group(layer, head));
        }
        return Shares.of(weights, limits);
    }
}
