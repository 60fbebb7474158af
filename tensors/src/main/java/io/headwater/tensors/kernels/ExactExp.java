/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/**
 * e^x with bits that do not depend on the machine: range reduction by two-part ln 2, then a degree-6 polynomial, all in f32
 * fused multiply-adds. Every vector kernel performs exactly these steps per lane. Error at most 2 ulp for normal results.
 *
 * <p>Cephes' expf (Moshier) gave the coefficients.
 */
public final class ExactExp {
    /** Below this the result is +0; there are no subnormal results, so flush-to-zero hardware agrees. */
    public static final float LOWEST = -87.33654f;
    /** Above this the result is +infinity. */
    public static final float HIGHEST = 88.37626f;

    public static final float LOG2_E = 1.442695f;
    public static final float LN2_HIGH = 0x1.63p-1f;
    public static final float LN2_LOW = -2.1219444E-4f;
    /** 1.5 · 2^23: adding and subtracting it rounds a small float to the nearest even integer. */
    public static final float ROUNDER = 12582912f;

    public static final float C0 = 1.9875691E-4f;
    public static final float C1 = 0.0013981999f;
    public static final float C2 = 0.008333452f;
    public static final float C3 = 0.041665796f;
    public static final float C4 = 0.16666666f;
    public static final float C5 = 0.5f;

    private ExactExp() {}

    /** e^x; NaN gives NaN. */
    public static float exp(float x) {
        if (x < LOWEST) {
            return 0f;
        }
        if (x > HIGHEST) {
            return Float.POSITIVE_INFINITY;
        }
        if (Float.isNaN(x)) {
            return x;
        }
        float n = Math.fma(x, LOG2_E, ROUNDER) - ROUNDER;
        float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, x));
        float p = Math.fma(C0, r, C1);
        p = Math.fma(p, r, C2);
        p = Math.fma(p, r, C3);
        p = Math.fma(p, r, C4);
        p = Math.fma(p, r, C5);
        p = Math.fma(p, r * r, r) + 1f;
        return p * Float.intBitsToFloat(((int) n + 127) << 23);
    }
}
