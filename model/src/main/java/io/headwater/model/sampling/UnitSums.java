/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import io.headwater.tensors.kernels.ExactExp;
import java.util.Arrays;

/**
 * Maximum and Σ exp(x − max) of one vocabulary unit. The sum has 16 interleaved partial sums (element i of the unit goes to lane
 * i % 16, i rising), folded in halves: 0+8, 1+9, …; 0+4, …; 0+2, 1+3; 0+1. All in f32, exp by {@link ExactExp}.
 */
final class UnitSums {
    /** Rows of a unit; the last unit of a vocabulary may have fewer. */
    static final int ROWS = 1024;

    private static final int LANES = 16;

    private final float[] lanes = new float[LANES];

    static int units(int rows) {
        return (rows + ROWS - 1) / ROWS;
    }

    /** Σ exp(x − max) over {@code x[from, to)}; 0 where max is −∞. */
    float sum(float[] x, int from, int to, float max) {
        if (max == Float.NEGATIVE_INFINITY) {
            return 0f;
        }
        Arrays.fill(lanes, 0f);
        for (int i = from; i < to; i++) {
            lanes[(i - from) % LANES] += ExactExp.exp(x[i] - max);
        }
        for (int half = LANES / 2; half > 0; half /= 2) {
            for (int lane = 0; lane < half; lane++) {
                lanes[lane] += lanes[lane + half];
            }
        }
        return lanes[0];
    }
}
