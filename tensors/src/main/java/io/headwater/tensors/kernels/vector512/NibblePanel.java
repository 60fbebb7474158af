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

/** Nibbles times many rows: a block is widened to 16 bits once, then used by four rows at a time; those left over go by {@link NibbleRow}, whose sums these are. */
final class NibblePanel {
    private static final short NIBBLE = 15;

    private NibblePanel() {}

    static void tile(NibbleMatrix w, int tile, int fromBlock, int toBlock, Activations x, TileScratch scratch) {
        long offset = w.blockOffset(tile, fromBlock);
        long blockBytes = w.blockBytes();
        for (int block = fromBlock; block < toBlock; block++, offset += blockBytes) {
            block(w, offset, x, block, scratch);
        }
    }

    private static void block(NibbleMatrix w, long offset, Activations x, int block, TileScratch scratch) {
        unpackLoop(w.memory(), offset, scratch.panel());
        Panels.scalesLoop(w.memory(), offset + NibbleMatrix.WORD_BYTES, 2, w.scaleType(), scratch.scales());
        int row = 0;
        for (; row + 4 <= x.rows(); row += 4) {
            for (int r = 0; r < TILE_ROWS; r += 2 * SHORTS) {
                dot4Loop(scratch.panel(), r, x, row, block, scratch.low());
            }
            for (int i = 0; i < 4; i++) {
                addLoop(scratch.low(), i * TILE_ROWS, scratch.scales(), x, row + i, block, scratch.output());
            }
        }
        for (; row < x.rows(); row++) {
            NibbleRow.block(w, offset, x, row, block, scratch);
        }
    }

    private static void unpackLoop(MemorySegment w, long offset, short[] panel) {
        for (int i = 0; i < BLOCK_COLUMNS / 4 * TILE_ROWS; i += SHORTS) {
            ShortVector v = Lanes.shorts(w, offset + 2L * i);
            int at = i / TILE_ROWS * 4 * TILE_ROWS + i % TILE_ROWS;
            v.and(NIBBLE).intoArray(panel, at);
            v.lanewise(LSHR, 4).and(NIBBLE).intoArray(panel, at + TILE_ROWS);
            v.lanewise(LSHR, 8).and(NIBBLE).intoArray(panel, at + 2 * TILE_ROWS);
            v.lanewise(LSHR, 12).intoArray(panel, at + 3 * TILE_ROWS);
        }
    }

    private static ShortVector start(Activations x, int row, int block) {
        return ShortVector.broadcast(Lanes.S, (short) (-8 * x.sums()[row * x.blocks() + block]));
    }

    private static void dot4Loop(short[] panel, int r, Activations x, int row, int block, short[] dots) {
        int[] q = x.pairs();
        int stride = x.columns();
        int k = row * stride + block * BLOCK_COLUMNS;
        ShortVector a0 = start(x, row, block);
        ShortVector a1 = a0;
        ShortVector b0 = start(x, row + 1, block);
        ShortVector b1 = b0;
        ShortVector c0 = start(x, row + 2, block);
        ShortVector c1 = c0;
        ShortVector d0 = start(x, row + 3, block);
        ShortVector d1 = d0;
        for (int i = 0; i < BLOCK_COLUMNS; i++) {
            ShortVector v = ShortVector.fromArray(Lanes.S, panel, i * TILE_ROWS + r);
            ShortVector u = ShortVector.fromArray(Lanes.S, panel, i * TILE_ROWS + r + SHORTS);
            ShortVector q0 = Lanes.pair(q, k + i);
            a0 = a0.add(v.mul(q0));
            a1 = a1.add(u.mul(q0));
            ShortVector q1 = Lanes.pair(q, k + stride + i);
            b0 = b0.add(v.mul(q1));
            b1 = b1.add(u.mul(q1));
            ShortVector q2 = Lanes.pair(q, k + 2 * stride + i);
            c0 = c0.add(v.mul(q2));
            c1 = c1.add(u.mul(q2));
            ShortVector q3 = Lanes.pair(q, k + 3 * stride + i);
            d0 = d0.add(v.mul(q3));
            d1 = d1.add(u.mul(q3));
        }
        Panels.store2(a0, a1, dots, r);
        Panels.store2(b0, b1, dots, TILE_ROWS + r);
        Panels.store2(c0, c1, dots, 2 * TILE_ROWS + r);
        Panels.store2(d0, d1, dots, 3 * TILE_ROWS + r);
    }

    private static void addLoop(short[] dots, int from, float[] scales, Activations x, int row, int block, float[] y) {
        int xBlock = row * x.blocks() + block;
        FloatVector dv = FloatVector.broadcast(Lanes.F, x.scales()[xBlock]);
        FloatVector sv = FloatVector.broadcast(Lanes.F, x.scaledSums()[xBlock]);
        IntVector back = IntVector.broadcast(Lanes.I, 8 * x.sums()[xBlock]);
        int at = row * TILE_ROWS;
        for (int r = 0; r < TILE_ROWS; r += FLOATS) {
            FloatVector dot = Lanes.toFloat(Lanes.ints(dots, from + r).add(back));
            FloatVector min = FloatVector.fromArray(Lanes.F, scales, TILE_ROWS + r);
            FloatVector scale = FloatVector.fromArray(Lanes.F, scales, r).mul(dv);
            min.fma(sv, scale.fma(dot, FloatVector.fromArray(Lanes.F, y, at + r)))
                    .intoArray(y, at + r);
        }
    }
}
