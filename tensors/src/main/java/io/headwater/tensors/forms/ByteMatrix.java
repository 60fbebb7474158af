/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.forms;

import java.lang.foreign.MemorySegment;

/**
 * Weights −128…127 with a scale per 32 or 16 columns, and a minimum per 32 where the format has one: w = scale · b + min
 * (Q8_0, Q5_0, Q5_1, Q5_K; Q6_K with 16).
 *
 * <p>Block: for each of 16 pairs of columns one 16-bit little-endian word per row, the even column in the low byte; then 64
 * scales per sub-block; then 64 minimums if {@code hasMin}.
 */
public record ByteMatrix(
        MemorySegment memory, int rows, int columns, int subBlockColumns, boolean hasMin, ScaleType scaleType)
        implements PackedMatrix {
    /** Bytes of the 16-bit words of one pair of columns. */
    public static final int PAIR_BYTES = 2 * TILE_ROWS;

    /** Bytes of a block's words, hence the offset of its scales. */
    public static final int WORD_BYTES = BLOCK_COLUMNS / 2 * PAIR_BYTES;

    public ByteMatrix {
        if (subBlockColumns != 16 && subBlockColumns != 32) {
            throw new IllegalArgumentException("subBlockColumns=" + subBlockColumns + ": 16 or 32");
        }
        if (hasMin && subBlockColumns != 32) {
            throw new IllegalArgumentException("minimums per " + subBlockColumns + " columns: only per 32");
        }
    }

    /** Sub-blocks in a block: 1 or 2. */
    public int subBlocks() {
        return BLOCK_COLUMNS / subBlockColumns;
    }

    @Override
    public long blockBytes() {
        return WORD_BYTES + (long) (subBlocks() + (hasMin ? 1 : 0)) * TILE_ROWS * scaleType.bytes();
    }
}
