/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;
import io.headwater.tensors.kernels.ExactExp;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import java.util.Arrays;

/**
 * How much a key is like the others (R-KV, G-KV; ALGORITHMS 2.4): cosines summed over all keys, of each key's look-alikes the latest
 * one excused, softmax over all entries. Some rows of cosines at a time, never the matrix.
 */
public final class Redundancy {
    private static final int ROWS = 16;
    private static final float EPSILON = 1e-6f;

    private final boolean raw;
    private final float threshold;
    private final float temperature;
    private final int headDim;
    private final KeyProducts products;
    private final float[] inverseNorms;

    /** {@code raw}: where a key has no look-alike, entry 0 is excused, as in R-KV's own code. */
    public Redundancy(Kernels kernels, KvLayout layout, int capacity, boolean raw, float threshold, float temperature) {
        this.raw = raw;
        this.threshold = threshold;
        this.temperature = temperature;
        this.headDim = layout.headDim();
        products = new KeyProducts(kernels, layout, ROWS, capacity);
        inverseNorms = new float[capacity];
    }

    /** Fills {@code out[0 … head.length())}, which sums to 1. */
    public void score(CompressibleHead head, float[] out) {
        int n = head.length();
        norms(head, n);
        Arrays.fill(out, 0, n, 0f);
        for (int first = 0; first < n; first += ROWS) {
            int rows = Math.min(ROWS, n - first);
            for (int row = 0; row < rows; row++) {
                EntryReader.key(head, first + row, products.rows(), row * headDim);
            }
            products.multiply(head, rows, n);
            for (int row = 0; row < rows; row++) {
                addRow(products.products(), products.at(row), first + row, n, out);
            }
        }
        softmax(out, n, n * temperature);
    }

    private void norms(CompressibleHead head, int n) {
        for (int entry = 0; entry < n; entry++) {
            EntryReader.key(head, entry, products.rows(), 0);
            inverseNorms[entry] = 1 / (EntryReader.norm(products.rows(), 0, headDim) + EPSILON);
        }
    }

    /** Adds the cosines of key {@code self} with all others to theirs. */
    private void addRow(float[] z, int at, int self, int n, float[] out) {
        float own = inverseNorms[self];
        for (int i = 0; i < n; i++) {
            z[at + i] *= own * inverseNorms[i];
        }
        z[at + self] = 0;
        int latest = n - 1;
        while (latest >= 0 && !(z[at + latest] > threshold)) {
            latest--;
        }
        if (latest >= 0 || raw) {
            z[at + Math.max(latest, 0)] = 0;
        }
        for (int i = 0; i < n; i++) {
            out[i] += z[at + i];
        }
    }

    private static void softmax(float[] x, int n, float divisor) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            x[i] /= divisor;
            max = Math.max(max, x[i]);
        }
        double sum = 0;
        for (int i = 0; i < n; i++) {
            x[i] = ExactExp.exp(x[i] - max);
            sum += x[i];
        }
        for (int i = 0; i < n; i++) {
            x[i] = (float) (x[i] / sum);
        }
    }
}
