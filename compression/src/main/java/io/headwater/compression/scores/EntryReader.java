/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;

import io.headwater.tensors.kernels.KvBlocks;

/** Reads an entry's key or value {@code [headDim]} as f32, and norms and products of some of them. */
public final class EntryReader {
    private EntryReader() {}

    public static void key(KvBlocks kv, int entry, float[] out, int at) {
        kv.layout().readKey(kv.memory(), kv.block(entry / BLOCK_ENTRIES), entry % BLOCK_ENTRIES, out, at);
    }

    public static void value(KvBlocks kv, int entry, float[] out, int at) {
        kv.layout().readValue(kv.memory(), kv.block(entry / BLOCK_ENTRIES), entry % BLOCK_ENTRIES, out, at);
    }

    /** Keys of entries [from, to) to {@code out[at …]}, one after another. */
    public static void keys(KvBlocks kv, int from, int to, float[] out, int at) {
        int dim = kv.layout().headDim();
        for (int entry = from; entry < to; entry++) {
            key(kv, entry, out, at + (entry - from) * dim);
        }
    }

    /** Values of entries [from, to) to {@code out[at …]}, one after another. */
    public static void values(KvBlocks kv, int from, int to, float[] out, int at) {
        int dim = kv.layout().headDim();
        for (int entry = from; entry < to; entry++) {
            value(kv, entry, out, at + (entry - from) * dim);
        }
    }

    /** ‖x‖, summed in f64 in ascending order. */
    public static float norm(float[] x, int at, int n) {
        return (float) Math.sqrt(dot(x, at, x, at, n));
    }

    /** {@link #norm} of {@code count} vectors of {@code n} elements that lie one after another in {@code x[at …]}, to {@code out[outAt …]}. */
    public static void norms(float[] x, int at, int n, int count, float[] out, int outAt) {
        int row = 0;
        for (; row + 4 <= count; row += 4) { // four sums side by side: one alone waits for each addition
            int a = at + row * n;
            int b = a + n;
            int c = b + n;
            int d = c + n;
            double sumA = 0;
            double sumB = 0;
            double sumC = 0;
            double sumD = 0;
            for (int i = 0; i < n; i++) {
                sumA += (double) x[a + i] * x[a + i];
                sumB += (double) x[b + i] * x[b + i];
                sumC += (double) x[c + i] * x[c + i];
                sumD += (double) x[d + i] * x[d + i];
            }
            out[outAt + row] = (float) Math.sqrt(sumA);
            out[outAt + row + 1] = (float) Math.sqrt(sumB);
            out[outAt + row + 2] = (float) Math.sqrt(sumC);
            out[outAt + row + 3] = (float) Math.sqrt(sumD);
        }
        for (; row < count; row++) {
            out[outAt + row] = norm(x, at + row * n, n);
        }
    }

    /** x · y, summed in f64 in ascending order. */
    public static double dot(float[] x, int xAt, float[] y, int yAt, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += (double) x[xAt + i] * y[yAt + i];
        }
        return sum;
    }

    /** {@link #dot} of {@code count} vectors that lie one after another in {@code x[at …]} with {@code y[0 … n)}, to {@code out}. */
    public static void dots(float[] x, int at, float[] y, int n, int count, double[] out) {
        int row = 0;
        for (; row + 4 <= count; row += 4) {
            int a = at + row * n;
            int b = a + n;
            int c = b + n;
            int d = c + n;
            double sumA = 0;
            double sumB = 0;
            double sumC = 0;
            double sumD = 0;
            for (int i = 0; i < n; i++) {
                sumA += (double) x[a + i] * y[i];
                sumB += (double) x[b + i] * y[i];
                sumC += (double) x[c + i] * y[i];
                sumD += (double) x[d + i] * y[i];
            }
            out[row] = sumA;
            out[row + 1] = sumB;
            out[row + 2] = sumC;
            out[row + 3] = sumD;
        }
        for (; row < count; row++) {
            out[row] = dot(x, at + row * n, y, 0, n);
        }
    }
}
