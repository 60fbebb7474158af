/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import java.util.Arrays;

/** The budget of every KV head of a model, in entries. Immutable. */
public final class HeadBudgets {
    private final int kvHeads;
    private final int[] budgets;

    /** {@code budgets[layer · kvHeads + head]}; copied. */
    public HeadBudgets(int kvHeads, int[] budgets) {
        if (kvHeads < 1 || budgets.length == 0 || budgets.length % kvHeads != 0) {
            throw new IllegalArgumentException("kvHeads=" + kvHeads + " of " + budgets.length);
        }
        this.kvHeads = kvHeads;
        this.budgets = budgets.clone();
    }

    /** The budget of a head; {@code kvHead} counts over the whole layer, not over a shard. */
    public int of(int layer, int kvHead) {
        if (kvHead < 0 || kvHead >= kvHeads) {
            throw new IndexOutOfBoundsException("head " + kvHead + " of " + kvHeads);
        }
        return budgets[layer * kvHeads + kvHead];
    }

    public int nLayers() {
        return budgets.length / kvHeads;
    }

    public int kvHeads() {
        return kvHeads;
    }

    /** Over all layers and heads. */
    public long sum() {
        return Arrays.stream(budgets).asLongStream().sum();
    }

    /** The largest of all. */
    public int largest() {
        return Arrays.stream(budgets).max().orElse(0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HeadBudgets that && kvHeads == that.kvHeads && Arrays.equals(budgets, that.budgets);
    }

    @Override
    public int hashCode() {
        return 31 * kvHeads + Arrays.hashCode(budgets);
    }

    @Override
    public String toString() {
        return "budgets of " + nLayers() + " x " + kvHeads + " heads: " + Arrays.toString(budgets);
    }
}
