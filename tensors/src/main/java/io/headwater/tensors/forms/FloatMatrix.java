/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.forms;

import java.lang.foreign.MemorySegment;

/** Weights as f32 (F32, F16, BF16). Block: for each of 32 columns one f32 per row. */
public record FloatMatrix(MemorySegment memory, int rows, int columns) implements PackedMatrix {
    /** Bytes of one column of a tile. */
    public static final int COLUMN_BYTES = 4 * TILE_ROWS;

    @Override
    public long blockBytes() {
        return (long) BLOCK_COLUMNS * COLUMN_BYTES;
    }
}
