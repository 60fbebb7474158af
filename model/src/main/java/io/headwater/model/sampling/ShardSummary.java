/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

/**
 * What a shard tells the leader about its vocabulary rows: per unit of 1024 rows the maximum and Σ exp(x − max), and the best
 * rows of all its units. Whoever is among the best 256 of the vocabulary is among the best 256 of its shard, so the leader's
 * list does not depend on the plan. Flat arrays, allocated once, to be sent as they are.
 */
final class ShardSummary {
    /** {@link #compute}'s answer where every row can be used. */
    static final int OK = -1;

    private final int firstToken;
    private final int rows;
    private final float[] maxima;
    private final float[] sums;
    private final BestRows best;
    private final UnitSums unitSums = new UnitSums();

    /** For {@code rows} rows from token {@code firstToken}, a multiple of 1024; keeps {@code bestRows} rows. */
    ShardSummary(int firstToken, int rows, int bestRows) {
        if (firstToken % UnitSums.ROWS != 0) {
            throw new IllegalArgumentException(
                    "firstToken=" + firstToken + ": a shard begins at a multiple of " + UnitSums.ROWS);
        }
        this.firstToken = firstToken;
        this.rows = rows;
        maxima = new float[UnitSums.units(rows)];
        sums = new float[UnitSums.units(rows)];
        best = new BestRows(Math.min(bestRows, rows));
    }

    /** Summarises {@code x [rows]}. Returns {@link #OK}, or the id of a token whose value is NaN or +∞. */
    int compute(float[] x) {
        best.clear();
        for (int unit = 0; unit < maxima.length; unit++) {
            int from = unit * UnitSums.ROWS;
            int to = Math.min(rows, from + UnitSums.ROWS);
            int row = Argmax.of(x, from, to);
            if (row < 0) {
                return firstToken - 1 - row;
            }
            maxima[unit] = x[row];
            sums[unit] = unitSums.sum(x, from, to, x[row]);
            best.offerAll(x, from, to, firstToken);
        }
        best.sort();
        return OK;
    }

    int units() {
        return maxima.length;
    }

    float max(int unit) {
        return maxima[unit];
    }

    float sum(int unit) {
        return sums[unit];
    }

    /** The best rows, sorted. */
    BestRows best() {
        return best;
    }
}
