/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import java.util.Arrays;

/**
 * The rows of a step whose numbers have broken at one shard, and how the others come to know: that shard puts a number into the row's first
 * sum that no sound model reaches, so that the total is out of range at every shard, in the same exchange. Between two barriers a row has
 * one writer, or several that write the same.
 */
final class BrokenRows {
    /** A row whose first sum over all shards is beyond it is broken: 2^35 in the residual stream, where sink tokens reach 2^15. */
    private static final long LIMIT = 1L << 55;

    /** Dealt out to the shards, so that the total does not overflow even if the row is broken at all of them. */
    private static final long SPOILT = 3L << 61;

    private final boolean[] here;

    BrokenRows(int capacityRows) {
        here = new boolean[capacityRows];
    }

    /** Before a step. */
    void clear(int rows) {
        Arrays.fill(here, 0, rows, false);
    }

    /** A row's numbers have broken at this shard. */
    void mark(int row) {
        here[row] = true;
    }

    /** Before the sums {@code [rows, dim]} go to the other shards. */
    void spoil(long[] sums, int count, int dim, int shards) {
        for (int at = 0; at < count; at += dim) {
            if (here[at / dim]) {
                sums[at] = SPOILT / shards;
            }
        }
    }

    /** Whether a row has broken at any shard, by its first sum over all of them. */
    boolean broken(int row, long firstSum) {
        return here[row] || firstSum > LIMIT || firstSum < -LIMIT;
    }
}
