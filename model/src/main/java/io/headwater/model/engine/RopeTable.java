/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.llama.RopeConfig;
import java.util.Arrays;

/**
 * Cosines and sines of rotary embedding (Su et al. 2021) by position, computed once in f64 with {@link StrictMath}, rounded to f32.
 * Grown by one thread between steps, read by all workers.
 */
final class RopeTable {
    private static final int GROWTH = 256;

    private final double[] frequencies;
    private float[] cos = new float[0];
    private float[] sin = new float[0];
    private int positions;

    RopeTable(RopeConfig config) {
        frequencies = new double[config.dimensionCount() / 2];
        for (int pair = 0; pair < frequencies.length; pair++) {
            double exponent = -2.0 * pair / config.dimensionCount();
            frequencies[pair] =
                    StrictMath.pow(config.theta(), exponent) / config.scaling().divisor(pair);
        }
    }

    /** Makes sure that positions [0, end) are there. */
    void ensure(int end) {
        if (end <= positions) {
            return;
        }
        int grown = Math.max(end, positions + GROWTH);
        cos = Arrays.copyOf(cos, Math.multiplyExact(grown, frequencies.length));
        sin = Arrays.copyOf(sin, cos.length);
        for (int position = positions; position < grown; position++) {
            for (int pair = 0; pair < frequencies.length; pair++) {
                double angle = position * frequencies[pair];
                cos[position * frequencies.length + pair] = (float) StrictMath.cos(angle);
                sin[position * frequencies.length + pair] = (float) StrictMath.sin(angle);
            }
        }
        positions = grown;
    }

    /**
     * Turns pairs (2i, 2i + 1) of {@code x[offset …]} for a position:
     * {@code x0' = fma(x0, cos, -(x1 · sin))}, {@code x1' = fma(x0, sin, x1 · cos)}.
     */
    void rotate(float[] x, int offset, int position) {
        int at = position * frequencies.length;
        for (int pair = 0; pair < frequencies.length; pair++) {
            float c = cos[at + pair];
            float s = sin[at + pair];
            float x0 = x[offset + 2 * pair];
            float x1 = x[offset + 2 * pair + 1];
            x[offset + 2 * pair] = Math.fma(x0, c, -(x1 * s));
            x[offset + 2 * pair + 1] = Math.fma(x0, s, x1 * c);
        }
    }
}
