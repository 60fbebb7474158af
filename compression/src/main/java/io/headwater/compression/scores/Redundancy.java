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
    private static final int ROWS = 32;
    private static final float EPSILON = 1e-6f;

    private final boolean raw;
    private final float threshold;
    private final float temperature;
    private final int headDim;
    private final KeyProducts products;
    private final float[] inverseNorms;
    private final float[] sums;
    private int compared;

    /** {@code raw}: where a key has no look-alike, entry 0 is excused, as in R-KV's own code. */
    public Redundancy(Kernels kernels, KvLayout layout, int capacity, boolean raw, float threshold, float temperature) {
        this.raw = raw;
        this.threshold = threshold;
        this.temperature = temperature;
        this.headDim = layout.headDim();
        products = new KeyProducts(kernels, layout, ROWS, capacity);
        inverseNorms = new float[capacity];
        sums = new float[capacity];
    }

    /** Compares a slice of a head's entries with all; slice 0 begins. */
    void prepare(CompressibleHead head, int slice, int slices) {
        if (slice == 0) {
            compared = 0;
        }
        compare(head, (int) ((long) head.length() * (slice + 1) / slices));
    }

    /** Fills {@code out[0 … head.length())}, which sums to 1; what {@link #prepare} has not compared is compared first. */
    public void score(CompressibleHead head, float[] out) {
        int n = head.length();
        compare(head, n);
        compared = 0;
        System.arraycopy(sums, 0, out, 0, n);
        softmax(out, n, n * temperature);
    }

    /** Goes on until at least {@code until} entries have been compared with all. */
    private void compare(CompressibleHead head, int until) {
        int n = head.length();
        if (compared == 0) {
            norms(head, n);
            Arrays.fill(sums, 0, n, 0f);
        }
        for (; compared < until; compared += ROWS) {
            int rows = Math.min(ROWS, n - compared);
            EntryReader.keys(head, compared, compared + rows, products.rows(), 0);
            products.multiply(head, rows, n);
            for (int row = 0; row < rows; row++) {
                addRow(products.products(), products.at(row), compared + row, n, sums);
            }
        }
    }

    private void norms(CompressibleHead head, int n) {
        for (int first = 0; first < n; first += ROWS) {
            int rows = Math.min(ROWS, n - first);
            EntryReader.keys(head, first, first + rows, products.rows(), 0);
            EntryReader.norms(products.rows(), 0, headDim, rows, inverseNorms, first);
        }
        for (int entry = 0; entry < n; entry++) {
            inverseNorms[entry] = 1 / (inverseNorms[entry] + EPSILON);
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
