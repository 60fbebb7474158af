/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import io.headwater.tensors.kernels.ExactExp;
import io.headwater.tensors.kernels.LaneSums;
import java.util.Arrays;

/**
 * Σ exp(x − max) of one vocabulary unit, in f32 and in the order of {@link LaneSums} from the unit's first element on; exp by
 * {@link ExactExp}.
 */
final class UnitSums {
    /** Rows of a unit; the last unit of a vocabulary may have fewer. */
    static final int ROWS = 1024;

    private final float[] lanes = new float[LaneSums.LANES];

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
            lanes[(i - from) % LaneSums.LANES] += ExactExp.exp(x[i] - max);
        }
        return LaneSums.fold(lanes, 0);
    }
}
