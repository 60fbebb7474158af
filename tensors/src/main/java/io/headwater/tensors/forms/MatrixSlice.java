/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.forms;

import io.headwater.tensors.formats.TensorType;
import java.lang.foreign.MemorySegment;

/**
 * Rows [fromRow, fromRow + rows) and columns [fromColumn, fromColumn + columns) of a matrix in a file.
 *
 * @param data the tensor's bytes, row after row
 * @param fileColumns columns of the whole matrix
 * @param fromColumn a multiple of 32, like {@code columns}
 */
public record MatrixSlice(
        TensorType type, MemorySegment data, int fileColumns, int fromRow, int rows, int fromColumn, int columns) {
    public MatrixSlice {
        if (fromColumn % PackedMatrix.BLOCK_COLUMNS != 0 || columns % PackedMatrix.BLOCK_COLUMNS != 0) {
            throw new IllegalArgumentException(
                    "columns [" + fromColumn + ", " + (fromColumn + columns) + ") are not cut at multiples of 32");
        }
    }

    /** Byte offset in {@link #data} of a row of the slice (of its column 0). */
    public long rowOffset(int row) {
        return (long) (fromRow + row) * (fileColumns / type.blockElements()) * type.blockBytes();
    }
}
