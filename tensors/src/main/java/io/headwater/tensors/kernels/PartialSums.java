/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/**
 * Partial sums as integers: a unit's contribution y to the residual stream becomes rint((double) y · 2^20) once; integer addition
 * has no order, so units and shards may be added in any.
 */
public interface PartialSums {
    /** 2^20. */
    double SCALE = 1048576.0;

    /** Largest |rint(y · 2^20)| that is let through: 2^50, far above the 2^35 that sink tokens reach. */
    double LIMIT = 0x1p50;

    /** sums[i] += rint((double) y[i] · 2^20); {@code n} is a multiple of 16. Returns false if a y is NaN or out of range. */
    boolean add(float[] y, int yOffset, long[] sums, int sumsOffset, int n);

    /** residual[i] += (float) (sums[i] · 2^-20), the product in f64. */
    void addTo(long[] sums, int sumsOffset, float[] residual, int residualOffset, int n);
}
