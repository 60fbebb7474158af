/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/**
 * The order of every sum along a vector: element i goes to partial sum i % 16, i rising; then one tree: 0+8, 1+9, …; 0+4, …;
 * 0+2, 1+3; 0+1. The same at every vector width.
 */
public final class LaneSums {
    public static final int LANES = 16;

    private LaneSums() {}

    /** Folds the 16 partial sums at {@code offset}; overwrites them. */
    public static float fold(float[] lanes, int offset) {
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) {
                lanes[offset + lane] += lanes[offset + lane + half];
            }
        }
        return lanes[offset];
    }
}
