/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/**
 * One step of attention for one token: four query rows meet one block of keys or values. Where the block lies and where each row
 * reads and writes; a vector provider's loop is given this, not a dozen offsets. Reused, one owner thread.
 *
 * <p>A short last group repeats its last row: the same results go to the same place again.
 */
public final class OneTokenStep {
    public static final int ROWS = 4;

    private final int[] reads = new int[ROWS];
    private final int[] writes = new int[ROWS];
    private long block;
    private long ahead;

    /** Meets the block of an index; {@code last} is the last one of the chunk. */
    public void meet(KvBlocks kv, int index, int last) {
        block = kv.block(index);
        ahead = kv.block(Math.min(index + 1, last)) - block;
    }

    /** Rows from {@code first} on read their query and write the scores of the chunk's entries from {@code entry} on. */
    public void toScores(QueryRows rows, int first, int entry) {
        for (int i = 0; i < ROWS; i++) {
            int row = Math.min(first + i, rows.rows() - 1);
            reads[i] = rows.queryOffset(row);
            writes[i] = row * Attention.CHUNK_ENTRIES + entry;
        }
    }

    /** Rows from {@code first} on read their scores from {@code entry} on and write the chunk's weighted values. */
    public void toValues(QueryRows rows, int first, int chunk, int entry) {
        for (int i = 0; i < ROWS; i++) {
            int row = Math.min(first + i, rows.rows() - 1);
            reads[i] = row * Attention.CHUNK_ENTRIES + entry;
            writes[i] = rows.chunkIndex(row, chunk) * rows.paddedDim();
        }
    }

    /** Index of the first float that row {@code i} of the four reads. */
    public int reads(int i) {
        return reads[i];
    }

    /** Index of the first float that row {@code i} of the four writes. */
    public int writes(int i) {
        return writes[i];
    }

    /** Offset of the block in {@link KvBlocks#memory()}. */
    public long block() {
        return block;
    }

    /** Distance to the next block, 0 at the last: what to touch while this one is used. */
    public long ahead() {
        return ahead;
    }
}
