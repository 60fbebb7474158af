/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.allocation.Contest;
import io.headwater.compression.allocation.HeadBudgets;
import io.headwater.compression.allocation.ScoreTable;
import io.headwater.compression.allocation.SharedBudgets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The heads of one sequence at a change point where they compete for its budget: a table that workers fill and shards add up, and the division
 * that every shard makes of it. Reused; {@link #begin} and {@link #divide} are one worker's, between barriers.
 */
final class HeadContest {
    private @Nullable ScoreTable table;
    private int longest;
    private @Nullable HeadBudgets budgets;

    /** {@code entries}: no head has more; all shards say the same, and their tables are of one size. */
    void begin(Contest contest, int entries) {
        int power = Integer.highestOneBit(Math.max(1, entries - 1)) << 1; // so that a table is used again
        budgets = null;
        if (table != null && longest == power && table.contest().equals(contest)) {
            table.clear();
        } else {
            longest = power;
            table = new ScoreTable(contest, power);
        }
    }

    ScoreTable table() {
        return Objects.requireNonNull(table, "not begun");
    }

    /** What each head of the model is left with, {@code [layer · KV heads + head]}; allocates. */
    int[] entriesLeft() {
        ScoreTable heads = table();
        Contest contest = heads.contest();
        int[] left = new int[contest.nLayers() * contest.kvHeads()];
        for (int head = 0; head < left.length; head++) {
            left[head] = Math.min(heads.length(head), budget(head / contest.kvHeads(), head % contest.kvHeads()));
        }
        return left;
    }

    /** After the tables of all shards have been added up. */
    void divide() {
        budgets = SharedBudgets.of(table());
    }

    /** {@code kvHead} of the model. */
    int budget(int layer, int kvHead) {
        return Objects.requireNonNull(budgets, "not divided").of(layer, kvHead);
    }
}
