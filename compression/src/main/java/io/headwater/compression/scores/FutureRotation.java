/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.Rotation;
import java.util.Arrays;

/**
 * The rotary embedding averaged over positions to come, R̄ {@code [headDim, headDim]}, a linear map (ExpectedAttention, ALGORITHMS
 * 5.3). It depends on the next position only, so heads of one change point share it.
 */
final class FutureRotation {
    private final Rotation rotation;
    private final int dim;
    private final int future;
    private final double[] sums;
    private final double[] map;
    private final float[] axis;
    private int from = -1;

    FutureRotation(Rotation rotation, int headDim, int future) {
        this.rotation = rotation;
        this.dim = headDim;
        this.future = future;
        sums = new double[headDim];
        map = new double[headDim * headDim];
        axis = new float[headDim];
    }

    /** R̄ over positions [next, next + future), row-major: {@code y[i] = Σ map[i · dim + j] · x[j]}. */
    double[] at(int next) {
        if (next != from) {
            for (int j = 0; j < dim; j++) {
                column(j, next);
            }
            from = next;
        }
        return map;
    }

    private void column(int j, int next) {
        Arrays.fill(sums, 0);
        for (int position = next; position < next + future; position++) {
            Arrays.fill(axis, 0f);
            axis[j] = 1;
            rotation.rotate(axis, 0, position);
            for (int i = 0; i < dim; i++) {
                sums[i] += axis[i];
            }
        }
        for (int i = 0; i < dim; i++) {
            map[i * dim + j] = sums[i] / future;
        }
    }
}
