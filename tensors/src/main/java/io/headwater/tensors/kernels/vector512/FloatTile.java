/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.forms.PackedMatrix.BLOCK_COLUMNS;
import static io.headwater.tensors.forms.PackedMatrix.TILE_ROWS;
import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;

import io.headwater.tensors.forms.FloatMatrix;
import io.headwater.tensors.kernels.Activations;
import io.headwater.tensors.kernels.TileScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** f32 weights times rows of activations, which are not quantised. */
final class FloatTile {
    private FloatTile() {}

    static void tile(FloatMatrix w, int tile, int fromBlock, int toBlock, Activations x, TileScratch scratch) {
        long offset = w.blockOffset(tile, fromBlock);
        long blockBytes = w.blockBytes();
        for (int block = fromBlock; block < toBlock; block++, offset += blockBytes) {
            block(w, offset, x, block, scratch);
        }
    }

    private static void block(FloatMatrix w, long offset, Activations x, int block, TileScratch scratch) {
        int column = block * BLOCK_COLUMNS;
        for (int r = 0; r < TILE_ROWS; r += 2 * FLOATS) {
            int row = 0;
            for (; row + 4 <= x.rows(); row += 4) {
                add4Loop(w.memory(), offset + 4L * r, x, row, column, scratch.output(), row * TILE_ROWS + r);
            }
            for (; row < x.rows(); row++) {
                add1Loop(w.memory(), offset + 4L * r, x, row, column, scratch.output(), row * TILE_ROWS + r);
            }
        }
    }

    private static FloatVector load(float[] y, int at) {
        return FloatVector.fromArray(Lanes.F, y, at);
    }

    private static FloatVector value(float[] x, int at) {
        return FloatVector.broadcast(Lanes.F, x[at]);
    }

    private static void add1Loop(MemorySegment w, long offset, Activations x, int row, int column, float[] y, int at) {
        FloatVector a0 = load(y, at);
        FloatVector a1 = load(y, at + FLOATS);
        int k = row * x.columns() + column;
        long o = offset;
        for (int i = 0; i < BLOCK_COLUMNS; i++, o += FloatMatrix.COLUMN_BYTES) {
            FloatVector v = value(x.values(), k + i);
            a0 = Lanes.floats(w, o).fma(v, a0);
            a1 = Lanes.floats(w, o + 4L * FLOATS).fma(v, a1);
        }
        a0.intoArray(y, at);
        a1.intoArray(y, at + FLOATS);
    }

    private static void add4Loop(MemorySegment w, long offset, Activations x, int row, int column, float[] y, int at) {
        FloatVector a0 = load(y, at);
        FloatVector a1 = load(y, at + FLOATS);
        FloatVector b0 = load(y, at + TILE_ROWS);
        FloatVector b1 = load(y, at + TILE_ROWS + FLOATS);
        FloatVector c0 = load(y, at + 2 * TILE_ROWS);
        FloatVector c1 = load(y, at + 2 * TILE_ROWS + FLOATS);
        FloatVector d0 = load(y, at + 3 * TILE_ROWS);
        FloatVector d1 = load(y, at + 3 * TILE_ROWS + FLOATS);
        float[] values = x.values();
        int stride = x.columns();
        int k = row * stride + column;
        long o = offset;
        for (int i = 0; i < BLOCK_COLUMNS; i++, o += FloatMatrix.COLUMN_BYTES) {
            FloatVector w0 = Lanes.floats(w, o);
            FloatVector w1 = Lanes.floats(w, o + 4L * FLOATS);
            FloatVector v = value(values, k + i);
            a0 = w0.fma(v, a0);
            a1 = w1.fma(v, a1);
            v = value(values, k + stride + i);
            b0 = w0.fma(v, b0);
            b1 = w1.fma(v, b1);
            v = value(values, k + 2 * stride + i);
            c0 = w0.fma(v, c0);
            c1 = w1.fma(v, c1);
            v = value(values, k + 3 * stride + i);
            d0 = w0.fma(v, d0);
            d1 = w1.fma(v, d1);
        }
        a0.intoArray(y, at);
        a1.intoArray(y, at + FLOATS);
        b0.intoArray(y, at + TILE_ROWS);
        b1.intoArray(y, at + TILE_ROWS + FLOATS);
        c0.intoArray(y, at + 2 * TILE_ROWS);
        c1.intoArray(y, at + 2 * TILE_ROWS + FLOATS);
        d0.intoArray(y, at + 3 * TILE_ROWS);
        d1.intoArray(y, at + 3 * TILE_ROWS + FLOATS);
    }
}
