/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.forms.PackedMatrix.BLOCK_COLUMNS;
import static io.headwater.tensors.forms.PackedMatrix.TILE_ROWS;
import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;
import static io.headwater.tensors.kernels.vector512.Lanes.SHORTS;
import static jdk.incubator.vector.VectorOperators.LSHR;

import io.headwater.tensors.forms.NibbleMatrix;
import io.headwater.tensors.kernels.Activations;
import io.headwater.tensors.kernels.TileScratch;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * Nibbles times one row of activations, or few, one after the other while a block is in the cache.
 *
 * <p>Products are summed modulo 2^16, starting from −8·Σq: that makes the sum Σ(n − 8)·q, at most 32·8·127 = 32512 in size, so
 * the 16 bits hold it exactly; 8·Σq is added back in 32 bits.
 */
final class NibbleRow {
    private static final short NIBBLE = 15;

    private NibbleRow() {}

    static void tile(NibbleMatrix w, int tile, int fromBlock, int toBlock, Activations x, TileScratch scratch) {
        long offset = w.blockOffset(tile, fromBlock);
        long blockBytes = w.blockBytes();
        for (int block = fromBlock; block < toBlock; block++, offset += blockBytes) {
            for (int row = 0; row < x.rows(); row++) {
                block(w, offset, x, row, block, scratch);
            }
        }
    }

    static void block(NibbleMatrix w, long offset, Activations x, int row, int block, TileScratch scratch) {
        short[] dots = scratch.low();
        int xBlock = row * x.blocks() + block;
        int column = row * x.columns() + block * BLOCK_COLUMNS;
        int sum = x.sums()[xBlock];
        for (int r = 0; r < TILE_ROWS; r += 2 * SHORTS) {
            dotLoop(w.memory(), offset + 2L * r, x.pairs(), column, (short) (-8 * sum), dots, r);
        }
        long scales = offset + NibbleMatrix.WORD_BYTES;
        float d = x.scales()[xBlock];
        float scaledSum = x.scaledSums()[xBlock];
        float[] y = scratch.output();
        int at = row * TILE_ROWS;
        switch (w.scaleType()) {
            case HALF -> addHalfLoop(w.memory(), scales, dots, 8 * sum, d, scaledSum, y, at);
            case FLOAT -> addFloatLoop(w.memory(), scales, dots, 8 * sum, d, scaledSum, y, at);
        }
    }

    /** Two vectors of rows: their dot products over one block, less 8·Σq, to {@code dots[at…]}. */
    private static void dotLoop(MemorySegment w, long offset, int[] q, int column, short start, short[] dots, int at) {
        ShortVector a = ShortVector.broadcast(Lanes.S, start);
        ShortVector b = a;
        long o = offset;
        for (int k = column; k < column + BLOCK_COLUMNS; k += 4, o += NibbleMatrix.GROUP_BYTES) {
            ShortVector v = Lanes.shorts(w, o);
            ShortVector u = Lanes.shorts(w, o + 2L * SHORTS);
            ShortVector q0 = Lanes.pair(q, k);
            a = a.add(v.and(NIBBLE).mul(q0));
            b = b.add(u.and(NIBBLE).mul(q0));
            ShortVector q1 = Lanes.pair(q, k + 1);
            a = a.add(v.lanewise(LSHR, 4).and(NIBBLE).mul(q1));
            b = b.add(u.lanewise(LSHR, 4).and(NIBBLE).mul(q1));
            ShortVector q2 = Lanes.pair(q, k + 2);
            a = a.add(v.lanewise(LSHR, 8).and(NIBBLE).mul(q2));
            b = b.add(u.lanewise(LSHR, 8).and(NIBBLE).mul(q2));
            ShortVector q3 = Lanes.pair(q, k + 3);
            a = a.add(v.lanewise(LSHR, 12).mul(q3));
            b = b.add(u.lanewise(LSHR, 12).mul(q3));
        }
        a.intoArray(dots, at);
        b.intoArray(dots, at + SHORTS);
    }

    private static void addHalfLoop(
            MemorySegment w, long scales, short[] dots, int sum8, float d, float scaledSum, float[] y, int at) {
        FloatVector dv = FloatVector.broadcast(Lanes.F, d);
        FloatVector sv = FloatVector.broadcast(Lanes.F, scaledSum);
        IntVector back = IntVector.broadcast(Lanes.I, sum8);
        for (int r = 0; r < TILE_ROWS; r += FLOATS) {
            FloatVector dot = Lanes.toFloat(Lanes.ints(dots, r).add(back));
            FloatVector min = Lanes.halves(w, scales + 2L * (TILE_ROWS + r));
            FloatVector scale = Lanes.halves(w, scales + 2L * r).mul(dv);
            min.fma(sv, scale.fma(dot, FloatVector.fromArray(Lanes.F, y, at + r)))
                    .intoArray(y, at + r);
        }
    }

    private static void addFloatLoop(
            MemorySegment w, long scales, short[] dots, int sum8, float d, float scaledSum, float[] y, int at) {
        FloatVector dv = FloatVector.broadcast(Lanes.F, d);
        FloatVector sv = FloatVector.broadcast(Lanes.F, scaledSum);
        IntVector back = IntVector.broadcast(Lanes.I, sum8);
        for (int r = 0; r < TILE_ROWS; r += FLOATS) {
            FloatVector dot = Lanes.toFloat(Lanes.ints(dots, r).add(back));
            FloatVector min = Lanes.floats(w, scales + 4L * (TILE_ROWS + r));
            FloatVector scale = Lanes.floats(w, scales + 4L * r).mul(dv);
            min.fma(sv, scale.fma(dot, FloatVector.fromArray(Lanes.F, y, at + r)))
                    .intoArray(y, at + r);
        }
    }
}
