/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

/**
 * Spreads scores to neighbours along the entries: the mean of {@code width} around each, zeros beyond the ends counted (PyTorch's
 * default), or their maximum. Width 1 changes nothing.
 */
public record Pooling(boolean mean, int width) {
    public Pooling {
        if (width < 1 || width % 2 == 0) {
            throw new IllegalArgumentException("width=" + width);
        }
    }

    /** {@code none}, {@code avg5}, {@code max7} and so on. */
    public static Pooling of(String text) {
        return text.equals("none")
                ? new Pooling(false, 1)
                : new Pooling(text.startsWith("avg"), Integer.parseInt(text.substring(3)));
    }

    /** Pools {@code in[from … to)}, of which nothing outside is seen, into {@code out} at the same indices. */
    public void apply(float[] in, int from, int to, float[] out) {
        for (int i = from; i < to; i++) {
            int first = Math.max(from, i - width / 2);
            int last = Math.min(to - 1, i + width / 2);
            out[i] = mean ? sum(in, first, last) / width : max(in, first, last);
        }
    }

    private static float sum(float[] in, int first, int last) {
        float sum = 0;
        for (int i = first; i <= last; i++) {
            sum += in[i];
        }
        return sum;
    }

    private static float max(float[] in, int first, int last) {
        float max = in[first];
        for (int i = first + 1; i <= last; i++) {
            max = Math.max(max, in[i]);
        }
        return max;
    }
}
