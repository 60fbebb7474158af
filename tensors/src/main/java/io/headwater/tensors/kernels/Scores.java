/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/**
 * What query rows make of a KV head's keys, without its values: logits, the totals (M, S) that {@link Attention} has, and
 * probabilities summed per entry (DESIGN 5.6). By chunks of {@link Attention#CHUNK_ENTRIES} entries: threads split heads and
 * chunks, never queries. Entries that a row does not see take part in no operation.
 */
public interface Scores {
    /** z as {@link Attention} defines it, of all rows, to {@code scratch.scores()[row · 256 + entry in the chunk]}. */
    void logits(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch);

    /** m and s of one chunk, for all rows that see some of it. */
    void totals(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch);

    /**
     * Adds each entry's probabilities to {@code sums[entry]}: per entry A = e · f of its weight e = exp(z − m) in the chunk and {@link #factor} f,
     * reduced over the rows of a group in ascending order, added in ascending order of the groups. Rows come in whole groups and have their (M, S).
     * Where {@link QueryRows#keepsWeights}, attention or {@link #totals} has met the same rows and chunk before.
     */
    void columns(KvBlocks kv, int chunk, QueryRows rows, QueryGroup group, AttentionScratch scratch, float[] sums);

    /** What makes a probability of a weight in a chunk with the maximum m: exp(m − M) · (1 / S). */
    static float factor(QueryRows rows, int row, float chunkMax) {
        return ExactExp.exp(chunkMax - rows.max()[row]) * (1f / rows.sum()[row]);
    }

    /** Merges a row's chunks into (M, S), as {@link Attention#merge} does. The row sees at least one entry. */
    default void merge(QueryRows rows, int row) {
        float max = Float.NEGATIVE_INFINITY;
        for (int chunk = 0; chunk < rows.chunks(row); chunk++) {
            max = Math.max(max, rows.chunkMax()[rows.chunkIndex(row, chunk)]);
        }
        float sum = 0;
        for (int chunk = 0; chunk < rows.chunks(row); chunk++) {
            int index = rows.chunkIndex(row, chunk);
            sum = Math.fma(rows.chunkSum()[index], ExactExp.exp(rows.chunkMax()[index] - max), sum);
        }
        rows.max()[row] = max;
        rows.sum()[row] = sum;
    }
}
