/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;

import io.headwater.tensors.kernels.LaneSums;
import io.headwater.tensors.kernels.RmsNorm;
import jdk.incubator.vector.FloatVector;

/** {@link RmsNorm}: each vector of the 16 partial sums is one pass over the row. */
public final class VectorRmsNorm implements RmsNorm {
    @Override
    public boolean normalise(float[] x, int xOffset, float[] weight, int n, float epsilon, float[] out, int outOffset) {
        float sumOfSquares = sumOfSquares(x, xOffset, n, out, outOffset);
        float r = RmsNorm.factor(sumOfSquares, n, epsilon);
        FloatVector factor = FloatVector.broadcast(Lanes.F, r);
        for (int i = 0; i < n; i += FLOATS) {
            FloatVector.fromArray(Lanes.F, x, xOffset + i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(Lanes.F, weight, i))
                    .intoArray(out, outOffset + i);
        }
        return Float.isFinite(sumOfSquares);
    }

    /** Uses {@code lanes[at … + 16)}, the start of the output, as scratch. */
    private static float sumOfSquares(float[] x, int xOffset, int n, float[] lanes, int at) {
        for (int part = 0; part < LaneSums.LANES; part += FLOATS) {
            squaresLoop(x, xOffset + part, n - part, lanes, at + part);
        }
        return LaneSums.fold(lanes, at);
    }

    private static void squaresLoop(float[] x, int from, int n, float[] lanes, int at) {
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int i = 0; i < n; i += LaneSums.LANES) {
            FloatVector v = FloatVector.fromArray(Lanes.F, x, from + i);
            sum = v.fma(v, sum);
        }
        sum.intoArray(lanes, at);
    }
}
