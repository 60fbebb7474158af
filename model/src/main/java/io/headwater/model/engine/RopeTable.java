/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.Rotation;
import io.headwater.model.llama.RopeConfig;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Cosines and sines of rotary embedding (Su et al. 2021) by position, computed once in f64 with {@link StrictMath}, rounded to f32.
 *
 * <p>The first {@value #EAGER_POSITIONS} positions are computed at start, on all cores, since StrictMath allocates and decoding must not;
 * those beyond, in a longer context or where a policy looks ahead, by the block when they are first asked for. Any thread may read.
 */
final class RopeTable implements Rotation {
    static final int EAGER_POSITIONS = 8192;
    private static final int BLOCK_POSITIONS = 4096;

    private final double[] frequencies;
    private volatile float[][] cos;
    private volatile float[][] sin;
    private volatile int blocks;

    /** For positions [0, capacity). */
    RopeTable(RopeConfig config, int capacity) {
        frequencies = new double[config.dimensionCount() / 2];
        for (int pair = 0; pair < frequencies.length; pair++) {
            double exponent = -2.0 * pair / config.dimensionCount();
            frequencies[pair] =
                    StrictMath.pow(config.theta(), exponent) / config.scaling().divisor(pair);
        }
        cos = new float[(capacity + BLOCK_POSITIONS - 1) / BLOCK_POSITIONS][];
        sin = new float[cos.length][];
        ensure(Math.min(capacity, EAGER_POSITIONS));
    }

    /** Makes sure that positions [0, end) are there. */
    synchronized void ensure(int end) {
        while (blocks * BLOCK_POSITIONS < end) {
            if (blocks == cos.length) {
                cos = Arrays.copyOf(cos, blocks + 1);
                sin = Arrays.copyOf(sin, blocks + 1);
            }
            float[] c = new float[BLOCK_POSITIONS * frequencies.length];
            float[] s = new float[c.length];
            int first = blocks * BLOCK_POSITIONS;
            IntStream.range(0, BLOCK_POSITIONS).parallel().forEach(i -> fill(c, s, i, first + i));
            cos[blocks] = c;
            sin[blocks] = s;
            blocks = blocks + 1;
        }
    }

    private void fill(float[] c, float[] s, int index, int position) {
        for (int pair = 0; pair < frequencies.length; pair++) {
            double angle = position * frequencies[pair];
            c[index * frequencies.length + pair] = (float) StrictMath.cos(angle);
            s[index * frequencies.length + pair] = (float) StrictMath.sin(angle);
        }
    }

    /**
     * Turns pairs (2i, 2i + 1) of {@code x[offset …]} for a position:
     * {@code x0' = fma(x0, cos, -(x1 · sin))}, {@code x1' = fma(x0, sin, x1 · cos)}.
     */
    @Override
    public void rotate(float[] x, int offset, int position) {
        turn(x, offset, position, 1);
    }

    @Override
    public void rotateBack(float[] x, int offset, int position) {
        turn(x, offset, position, -1);
    }

    private void turn(float[] x, int offset, int position, int sign) {
        if (position >= blocks * BLOCK_POSITIONS) {
            ensure(position + 1);
        }
        float[] cosines = cos[position / BLOCK_POSITIONS];
        float[] sines = sin[position / BLOCK_POSITIONS];
        int at = position % BLOCK_POSITIONS * frequencies.length;
        for (int pair = 0; pair < frequencies.length; pair++) {
            float c = cosines[at + pair];
            float s = sign * sines[at + pair];
            float x0 = x[offset + 2 * pair];
            float x1 = x[offset + 2 * pair + 1];
            x[offset + 2 * pair] = Math.fma(x0, c, -(x1 * s));
            x[offset + 2 * pair + 1] = Math.fma(x0, s, x1 * c);
        }
    }
}
