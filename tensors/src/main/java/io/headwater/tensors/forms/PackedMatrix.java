/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.forms;

import java.lang.foreign.MemorySegment;

/**
 * A weight matrix {@code [rows, columns]} packed for the kernels: tiles of {@link #TILE_ROWS} rows, and in a tile the same
 * columns of all its rows side by side, so that a vector lane is a row. The last tile is padded with rows of zeros.
 *
 * <p>A tile is {@link #blocks()} blocks of {@link #BLOCK_COLUMNS} columns, one after the other in memory; a block holds its
 * weights, then its scales, then its minimums. Written once at load, read by any thread afterwards.
 */
public sealed interface PackedMatrix permits NibbleMatrix, ByteMatrix, FloatMatrix {
    /** Packing, not meaning: 64 rows measured best with 512-bit vectors (two of 16-bit lanes, docs/benchmarks.md). */
    int TILE_ROWS = 64;

    /** Columns of an activation block, and the alignment of every slice of columns. */
    int BLOCK_COLUMNS = 32;

    MemorySegment memory();

    int rows();

    int columns();

    /** Bytes of one block of one tile. */
    long blockBytes();

    default int tiles() {
        return (rows() + TILE_ROWS - 1) / TILE_ROWS;
    }

    default int blocks() {
        return columns() / BLOCK_COLUMNS;
    }

    /** Offset in {@link #memory()} of a block of a tile. */
    default long blockOffset(int tile, int block) {
        return ((long) tile * blocks() + block) * blockBytes();
    }

    /** Bytes of the whole matrix: what one pass over it reads. */
    default long byteSize() {
        return (long) tiles() * blocks() * blockBytes();
    }
}
