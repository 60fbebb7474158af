/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/**
 * Root mean square normalisation (Zhang & Sennrich 2019) of one row.
 *
 * <p>ss = Σ x² in {@link LaneSums} order, each step {@code fma(x, x, lane)}; r = (float) (1 / sqrt((double) ss / n + epsilon));
 * out = (x · r) · weight in f32.
 */
public interface RmsNorm {
    /**
     * {@code n} is a multiple of 16; {@code out} is not {@code x}. Returns false if ss is not finite: r would be 0 or NaN, and the row
     * finite zeros that hide it.
     */
    boolean normalise(float[] x, int xOffset, float[] weight, int n, float epsilon, float[] out, int outOffset);

    /** The factor r, shared by all providers. */
    static float factor(float sumOfSquares, int n, float epsilon) {
        return (float) (1.0 / Math.sqrt((double) sumOfSquares / n + epsilon));
    }
}
