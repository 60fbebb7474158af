/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.vector512.Lanes.DOUBLES;
import static jdk.incubator.vector.VectorOperators.MAX;

import io.headwater.tensors.kernels.PartialSums;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;

/**
 * {@link PartialSums}. rint by adding 1.5·2^52: the sum's low bits are then the integer, rounded half to even; exact for all
 * that {@link PartialSums#LIMIT} lets through.
 */
public final class VectorPartialSums implements PartialSums {
    private static final double ROUNDER = 0x1.8p52;
    private static final long ROUNDER_BITS = Double.doubleToRawLongBits(ROUNDER);

    @Override
    public boolean add(float[] y, int yOffset, long[] sums, int sumsOffset, int n) {
        DoubleVector largest = DoubleVector.zero(Lanes.D); // NaN is larger than all
        for (int i = 0; i < n; i += DOUBLES) {
            DoubleVector scaled = ((DoubleVector)
                            FloatVector.fromArray(Lanes.F_HALF, y, yOffset + i).castShape(Lanes.D, 0))
                    .mul(SCALE);
            largest = largest.max(scaled.abs());
            LongVector rounded = scaled.add(ROUNDER).reinterpretAsLongs().sub(ROUNDER_BITS);
            LongVector.fromArray(Lanes.L, sums, sumsOffset + i).add(rounded).intoArray(sums, sumsOffset + i);
        }
        return largest.reduceLanes(MAX) <= LIMIT;
    }

    @Override
    public void addTo(long[] sums, int sumsOffset, float[] residual, int residualOffset, int n) {
        for (int i = 0; i < n; i++) {
            residual[residualOffset + i] += (float) (sums[sumsOffset + i] * (1 / SCALE));
        }
    }
}
