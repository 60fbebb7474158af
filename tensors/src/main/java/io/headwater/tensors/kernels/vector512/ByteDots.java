/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.forms.PackedMatrix.TILE_ROWS;
import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.headwater.tensors.forms.ByteMatrix;
import io.headwater.tensors.kernels.Activations;
import io.headwater.tensors.kernels.TileScratch;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * How dot products of bytes are kept in 16-bit lanes without loss. A pair's product sum p (at most 2·128·127 = 32512 in size)
 * fits; the dot product D of up to 16 pairs does not, so two sums are kept: L = Σp modulo 2^16 and H = Σ(p >> 8), which is
 * exact. D − 256·H = Σ(p & 255) is at most 16·255, so it is (L − 256·H) modulo 2^16.
 */
final class ByteDots {
    private ByteDots() {}

    private static IntVector whole(short[] low, short[] high, int index) {
        IntVector h = Lanes.ints(high, index).lanewise(LSHL, 8);
        return Lanes.ints(low, index).sub(h).and(0xffff).add(h);
    }

    /** One sub-block's step: {@code acc = fma(scale · d, (float) dot, acc)}. */
    static void addLoop(TileScratch scratch, int from, int sub, float d, int row) {
        float[] y = scratch.output();
        float[] scales = scratch.scales();
        FloatVector dv = FloatVector.broadcast(Lanes.F, d);
        int at = row * TILE_ROWS;
        for (int r = 0; r < TILE_ROWS; r += FLOATS) {
            FloatVector dot = Lanes.toFloat(whole(scratch.low(), scratch.high(), from + r));
            FloatVector scale =
                    FloatVector.fromArray(Lanes.F, scales, sub * TILE_ROWS + r).mul(dv);
            scale.fma(dot, FloatVector.fromArray(Lanes.F, y, at + r)).intoArray(y, at + r);
        }
    }

    /** The minimum's step, where the form has one: {@code acc = fma(min, d · Σq, acc)}. */
    static void addMinLoop(ByteMatrix w, TileScratch scratch, Activations x, int row, int block) {
        if (!w.hasMin()) {
            return;
        }
        float[] y = scratch.output();
        FloatVector sv = FloatVector.broadcast(Lanes.F, x.scaledSums()[row * x.blocks() + block]);
        int at = row * TILE_ROWS;
        for (int r = 0; r < TILE_ROWS; r += FLOATS) {
            FloatVector.fromArray(Lanes.F, scratch.scales(), w.subBlocks() * TILE_ROWS + r)
                    .fma(sv, FloatVector.fromArray(Lanes.F, y, at + r))
                    .intoArray(y, at + r);
        }
    }

    /** Vectors of scales and minimums that a block holds. */
    static int scaleVectors(ByteMatrix w) {
        return w.subBlocks() + (w.hasMin() ? 1 : 0);
    }
}
