/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import io.headwater.tensors.kernels.ExactExp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** {@link ExactExp#exp} in every lane, the same steps in the same order. NaN gives NaN. */
final class VectorExp {
    private VectorExp() {}

    static FloatVector exp(FloatVector x) {
        FloatVector n = x.fma(splat(ExactExp.LOG2_E), splat(ExactExp.ROUNDER)).sub(ExactExp.ROUNDER);
        FloatVector r = n.fma(splat(-ExactExp.LN2_LOW), n.fma(splat(-ExactExp.LN2_HIGH), x));
        FloatVector p = splat(ExactExp.C0).fma(r, splat(ExactExp.C1));
        p = p.fma(r, splat(ExactExp.C2));
        p = p.fma(r, splat(ExactExp.C3));
        p = p.fma(r, splat(ExactExp.C4));
        p = p.fma(r, splat(ExactExp.C5));
        p = p.fma(r.mul(r), r).add(1f);
        return p.mul(powerOfTwo(n))
                .blend(0f, x.compare(LT, ExactExp.LOWEST))
                .blend(Float.POSITIVE_INFINITY, x.compare(GT, ExactExp.HIGHEST));
    }

    private static FloatVector powerOfTwo(FloatVector n) {
        IntVector exponent = (IntVector) n.convert(F2I, 0);
        return exponent.add(127).lanewise(LSHL, 23).reinterpretAsFloats();
    }

    private static FloatVector splat(float value) {
        return FloatVector.broadcast(Lanes.F, value);
    }
}
