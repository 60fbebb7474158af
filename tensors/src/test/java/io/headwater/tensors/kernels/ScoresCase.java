/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import java.util.Arrays;

/** Scores of an attention case, in buffers full of garbage. */
final class ScoresCase {
    final AttentionCase attention;
    final QueryGroup group;
    final QueryRows rows;
    final float[] sums;
    private final AttentionScratch scratch;

    ScoresCase(AttentionCase attention, QueryGroup group) {
        this.attention = attention;
        this.group = group;
        int n = attention.visible.length;
        rows = QueryRows.withoutValues(attention.queries, n, attention.chunks() + 1);
        scratch = new AttentionScratch(n, attention.layout);
        sums = new float[attention.length];
        for (int row = 0; row < n; row++) {
            rows.add(attention.queryOffset(row), attention.visible[row]);
        }
        for (float[] dirty :
                new float[][] {rows.chunkMax(), rows.chunkSum(), scratch.scores(), scratch.keys(), scratch.lanes()}) {
            Arrays.fill(dirty, Float.NaN);
        }
    }

    /** z {@code [rows, length]}; NaN where a row sees nothing. */
    float[] logits(Scores scores) {
        int n = attention.visible.length;
        float[] z = new float[n * attention.length];
        Arrays.fill(z, Float.NaN);
        for (int chunk = 0; chunk < attention.chunks(); chunk++) {
            scores.logits(attention.kv, chunk, rows, scratch);
            for (int row = 0; row < n; row++) {
                System.arraycopy(
                        scratch.scores(),
                        row * Attention.CHUNK_ENTRIES,
                        z,
                        row * attention.length + chunk * Attention.CHUNK_ENTRIES,
                        rows.visibleIn(row, chunk));
            }
        }
        return z;
    }

    /** (M, S) of all rows; chunks in any order, as several workers would. */
    void totals(Scores scores) {
        for (int chunk = attention.chunks() - 1; chunk >= 0; chunk--) {
            scores.totals(attention.kv, chunk, rows, scratch);
        }
        for (int row = 0; row < rows.rows(); row++) {
            scores.merge(rows, row);
        }
    }

    /** Probabilities summed per entry, from (M, S). */
    void columns(Scores scores) {
        Arrays.fill(sums, 0f);
        for (int chunk = attention.chunks() - 1; chunk >= 0; chunk--) {
            scores.columns(attention.kv, chunk, rows, group, scratch, sums);
        }
    }

    @Override
    public String toString() {
        return attention + " " + group;
    }
}
