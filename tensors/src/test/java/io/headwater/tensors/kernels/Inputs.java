/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import java.util.Random;

/** Random inputs, seeded. */
final class Inputs {
    /** Finite values at which arithmetic bends. */
    private static final float[] ODD = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        0x1p-127f,
        -Float.MIN_NORMAL,
        0x1p-101f,
        1f,
        -1f,
        0.5f,
        -1.5f,
        1e10f,
        -1e10f
    };

    private Inputs() {}

    static float[] gaussian(Random random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Magnitudes over many powers of two and, now and then, an odd value. All finite. */
    static float[] rough(Random random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = random.nextInt(8) == 0
                    ? ODD[random.nextInt(ODD.length)]
                    : (float) Math.scalb(random.nextGaussian(), random.nextInt(-30, 10));
        }
        return values;
    }

    /** Rows of activations that hold {@code values}, quantised by the oracle. */
    static Activations activations(int rows, int columns, float[] values) {
        Activations x = new Activations(rows, columns);
        x.rows(rows);
        System.arraycopy(values, 0, x.values(), 0, rows * columns);
        for (int row = 0; row < rows; row++) {
            new ScalarRowQuantiser().quantise(x, row, 0, x.blocks());
        }
        return x;
    }
}
