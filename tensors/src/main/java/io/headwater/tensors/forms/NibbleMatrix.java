/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.forms;

import java.lang.foreign.MemorySegment;

/**
 * Weights 0…15 with a scale and a minimum per 32 columns: w = scale · n + min (Q4_0, Q4_1, Q4_K).
 *
 * <p>Block: for each of 8 groups of 4 columns one 16-bit little-endian word per row, column {@code 4g + i} in bits
 * {@code [4i, 4i + 4)}; then 64 scales; then 64 minimums.
 */
public record NibbleMatrix(MemorySegment memory, int rows, int columns, ScaleType scaleType) implements PackedMatrix {
    /** Bytes of the 16-bit words of one group of 4 columns. */
    public static final int GROUP_BYTES = 2 * TILE_ROWS;

    /** Bytes of a block's words, hence the offset of its scales. */
    public static final int WORD_BYTES = BLOCK_COLUMNS / 4 * GROUP_BYTES;

    @Override
    public long blockBytes() {
        return WORD_BYTES + 2L * TILE_ROWS * scaleType.bytes();
    }
}
