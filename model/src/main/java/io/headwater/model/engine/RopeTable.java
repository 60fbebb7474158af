/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.llama.RopeConfig;
import java.util.stream.IntStream;

/**
 * Cosines and sines of rotary embedding (Su et al. 2021) by position, computed once in f64 with {@link StrictMath}, rounded to f32.
 * Immutable. All positions are computed at once, on all cores: StrictMath allocates, and decoding must not.
 */
final class RopeTable {
    private final double[] frequencies;
    private final float[] cos;
    private final float[] sin;

    /** For positions [0, capacity). */
    RopeTable(RopeConfig config, int capacity) {
        frequencies = new double[config.dimensionCount() / 2];
        for (int pair = 0; pair < frequencies.length; pair++) {
            double exponent = -2.0 * pair / config.dimensionCount();
            frequencies[pair] =
                    StrictMath.pow(config.theta(), exponent) / config.scaling().divisor(pair);
        }
        cos = new float[Math.multiplyExact(capacity, frequencies.length)];
        sin = new float[cos.length];
        IntStream.range(0, capacity).parallel().forEach(this::fill);
    }

    private void fill(int position) {
        for (int pair = 0; pair < frequencies.length; pair++) {
            double angle = position * frequencies[pair];
            cos[position * frequencies.length + pair] = (float) StrictMath.cos(angle);
            sin[position * frequencies.length + pair] = (float) StrictMath.sin(angle);
        }
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
