/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import io.headwater.compression.KvPolicy;

/**
 * How a policy's own mean budget becomes budgets of layers: the same for all, or PyramidKV's arithmetic progression in its golden
 * rounding (ALGORITHMS 4.7). The progression for any policy, with an exact sum, is {@link FixedBudgets#pyramid}.
 */
public final class LayerBudgets {
    private LayerBudgets() {}

    /** Budget of a layer's heads, at least {@link KvPolicy#leastBudget}; {@code budget} is the mean over the layers. */
    public static int of(KvPolicy policy, int budget, int layer, int nLayers) {
        if (!policy.name().equals("pyramidkv") || nLayers == 1) {
            return budget;
        }
        int window = policy.window();
        int beta = policy.whole("beta", 1);
        int layerBudget = policy.word("schedule").equals("paper")
                ? window + progression(budget - window, beta, layer, nLayers)
                : withinLength(Integer.MAX_VALUE, budget, window, beta, layer, nLayers);
        return Math.max(layerBudget, policy.leastBudget());
    }

    /** Beside the window: from 2 · base − base/β in the first layer down to base/β in the last. */
    private static int progression(int base, int beta, int layer, int nLayers) {
        double least = (double) base / beta;
        double most = 2.0 * base - least;
        return (int) Math.rint(most - layer * (most - least) / (nLayers - 1));
    }

    /**
     * kvpress's form: the window is part of {@code keep}, no layer keeps more than {@code length} entries, and where a layer would get
     * less than the window all get the same.
     */
    static int withinLength(int length, double keep, int window, int beta, int layer, int nLayers) {
        double least = keep / beta;
        double most = 2 * keep - least;
        if (most >= length - window) {
            most = length - window;
            least = 2 * keep - most;
        }
        boolean feasible = length >= most && most >= least && least >= window;
        return (int) Math.rint(feasible ? most - layer * (most - least) / (nLayers - 1) : keep);
    }
}
