/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.OR;

import io.headwater.tensors.forms.PackedMatrix;
import io.headwater.tensors.kernels.Activations;
import io.headwater.tensors.kernels.RowQuantiser;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** {@link RowQuantiser}. The maximum is taken of bit patterns without sign: ordered as the floats are, NaN above all. */
public final class VectorRowQuantiser implements RowQuantiser {
    private static final int WIDTH = PackedMatrix.BLOCK_COLUMNS;
    private static final int INFINITY_BITS = 0x7f800000;

    @Override
    public boolean quantise(Activations x, int row, int fromBlock, int toBlock) {
        boolean finite = true;
        for (int block = fromBlock; block < toBlock; block++) {
            finite &= quantise(x, row * x.columns() + block * WIDTH, row * x.blocks() + block);
        }
        return finite;
    }

    private static boolean quantise(Activations x, int from, int block) {
        int maxBits = maxBitsLoop(x.values(), from);
        float max = Float.intBitsToFloat(maxBits);
        float d = max < TINY ? 0 : max / 127;
        int sum = d == 0 ? zero(x.pairs(), from) : roundLoop(x.values(), d, x.pairs(), from);
        x.scales()[block] = d;
        x.sums()[block] = sum;
        x.scaledSums()[block] = d * sum;
        return maxBits < INFINITY_BITS;
    }

    private static int maxBitsLoop(float[] values, int from) {
        IntVector max = IntVector.zero(Lanes.I);
        for (int i = from; i < from + WIDTH; i += FLOATS) {
            max = max.max(FloatVector.fromArray(Lanes.F, values, i)
                    .reinterpretAsInts()
                    .and(0x7fffffff));
        }
        return max.reduceLanes(MAX);
    }

    private static int zero(int[] pairs, int from) {
        for (int i = from; i < from + WIDTH; i += FLOATS) {
            IntVector.zero(Lanes.I).intoArray(pairs, i);
        }
        return 0;
    }

    private static int roundLoop(float[] values, float d, int[] pairs, int from) {
        IntVector sum = IntVector.zero(Lanes.I);
        for (int i = from; i < from + WIDTH; i += FLOATS) {
            IntVector q = (IntVector) FloatVector.fromArray(Lanes.F, values, i)
                    .div(d)
                    .add(ROUNDER)
                    .sub(ROUNDER)
                    .convert(F2I, 0);
            sum = sum.add(q);
            q.lanewise(LSHL, 16).lanewise(OR, q.and(0xffff)).intoArray(pairs, i);
        }
        return sum.reduceLanes(ADD);
    }
}
