/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.forms.PackedMatrix.BLOCK_COLUMNS;
import static io.headwater.tensors.forms.PackedMatrix.TILE_ROWS;
import static io.headwater.tensors.kernels.vector512.Lanes.SHORTS;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.headwater.tensors.forms.ByteMatrix;
import io.headwater.tensors.kernels.Activations;
import io.headwater.tensors.kernels.TileScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ShortVector;

/** Bytes times one row of activations, or few, one after the other while a block is in the cache; {@link ByteDots} says how 16 bits suffice. */
final class ByteRow {
    /** How far ahead lines are touched: 1024 to 1536 bytes measured best, 2.4 times as fast as without from memory. */
    private static final long AHEAD = 1280;

    private ByteRow() {}

    static void tile(ByteMatrix w, int tile, int fromBlock, int toBlock, Activations x, TileScratch scratch) {
        long offset = w.blockOffset(tile, fromBlock);
        long blockBytes = w.blockBytes();
        for (int block = fromBlock; block < toBlock; block++, offset += blockBytes) {
            for (int row = 0; row < x.rows(); row++) {
                block(w, offset, x, row, block, scratch);
            }
        }
    }

    static void block(ByteMatrix w, long offset, Activations x, int row, int block, TileScratch scratch) {
        int columns = w.subBlockColumns();
        for (int sub = 0; sub < w.subBlocks(); sub++) {
            int column = row * x.columns() + block * BLOCK_COLUMNS + sub * columns;
            long words = offset + (long) sub * columns / 2 * ByteMatrix.PAIR_BYTES;
            for (int r = 0; r < TILE_ROWS; r += 2 * SHORTS) {
                dotLoop(w.memory(), words + 2L * r, x.pairs(), column, columns, scratch, sub * TILE_ROWS + r);
            }
        }
        // After the words, so that memory is read in ascending order.
        Panels.scalesLoop(
                w.memory(), offset + ByteMatrix.WORD_BYTES, ByteDots.scaleVectors(w), w.scaleType(), scratch.scales());
        for (int sub = 0; sub < w.subBlocks(); sub++) {
            ByteDots.addLoop(scratch, sub * TILE_ROWS, sub, x.scales()[row * x.blocks() + block], row);
        }
        ByteDots.addMinLoop(w, scratch, x, row, block);
    }

    private static void dotLoop(
            MemorySegment w, long offset, int[] q, int column, int columns, TileScratch scratch, int at) {
        ShortVector low0 = ShortVector.zero(Lanes.S);
        ShortVector low1 = low0;
        ShortVector high0 = low0;
        ShortVector high1 = low0;
        long ahead = offset + AHEAD + ByteMatrix.WORD_BYTES <= w.byteSize() ? AHEAD : 0;
        int touched = 0;
        long o = offset;
        for (int k = column; k < column + columns; k += 2, o += ByteMatrix.PAIR_BYTES) {
            touched ^= Lanes.touch(w, o + ahead) ^ Lanes.touch(w, o + ahead + 64);
            ShortVector q0 = Lanes.pair(q, k);
            ShortVector q1 = Lanes.pair(q, k + 1);
            ShortVector v = Lanes.shorts(w, o);
            ShortVector p = product(v, q0, q1);
            low0 = low0.add(p);
            high0 = high0.add(p.lanewise(ASHR, 8));
            ShortVector u = Lanes.shorts(w, o + 2L * SHORTS);
            ShortVector r = product(u, q0, q1);
            low1 = low1.add(r);
            high1 = high1.add(r.lanewise(ASHR, 8));
        }
        scratch.touched(touched);
        Panels.store2(low0, low1, scratch.low(), at);
        Panels.store2(high0, high1, scratch.high(), at);
    }

    private static ShortVector product(ShortVector words, ShortVector q0, ShortVector q1) {
        return words.lanewise(LSHL, 8)
                .lanewise(ASHR, 8)
                .mul(q0)
                .add(words.lanewise(ASHR, 8).mul(q1));
    }
}
