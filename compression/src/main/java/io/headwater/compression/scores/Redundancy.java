/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;

import io.headwater.compression.CompressibleHead;
import io.headwater.tensors.kernels.ExactExp;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import java.util.Arrays;

/**
 * How much a key is like the others (R-KV, G-KV; ALGORITHMS 2.4): cosines summed over all keys, of each key's look-alikes the latest
 * one excused, softmax over all entries. All cosines of a key together are one product with the sum of all unit keys; those that are
 * excused are then taken away: a key looks for its latest look-alike from the last chunk on, and in a head whose keys are much alike
 * it rarely looks further. O(n · headDim), and O(n² · headDim) only where no two keys are alike.
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
    private final double[] sums;
    private final double[] unitSum;
    private final boolean[] excused = new boolean[ROWS];
    private int compared;

    /** {@code raw}: where a key has no look-alike, entry 0 is excused, as in R-KV's own code. */
    public Redundancy(Kernels kernels, KvLayout layout, int capacity, boolean raw, float threshold, float temperature) {
        this.raw = raw;
        this.threshold = threshold;
        this.temperature = temperature;
        this.headDim = layout.headDim();
        products = new KeyProducts(kernels, layout, ROWS, CHUNK_ENTRIES);
        inverseNorms = new float[capacity];
        sums = new double[capacity];
        unitSum = new double[headDim];
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
        for (int entry = 0; entry < n; entry++) {
            out[entry] = (float) sums[entry];
        }
        softmax(out, n, n * temperature);
    }

    /** Goes on until at least {@code until} entries have been compared with all. */
    private void compare(CompressibleHead head, int until) {
        int n = head.length();
        if (compared == 0) {
            addAll(head, n);
        }
        for (; compared < until; compared += ROWS) {
            int rows = Math.min(ROWS, n - compared);
            EntryReader.keys(head, compared, compared + rows, products.rows(), 0);
            excuse(head, rows, n);
        }
    }

    /** {@code sums}: of every key the cosines with all others. */
    private void addAll(CompressibleHead head, int n) {
        Arrays.fill(unitSum, 0);
        float[] keys = products.rows();
        for (int first = 0; first < n; first += ROWS) {
            int rows = Math.min(ROWS, n - first);
            EntryReader.keys(head, first, first + rows, keys, 0);
            EntryReader.norms(keys, 0, headDim, rows, inverseNorms, first);
            for (int row = 0; row < rows; row++) {
                inverseNorms[first + row] = 1 / (inverseNorms[first + row] + EPSILON);
                for (int d = 0; d < headDim; d++) {
                    unitSum[d] += (double) keys[row * headDim + d] * inverseNorms[first + row];
                }
            }
        }
        for (int first = 0; first < n; first += ROWS) {
            int rows = Math.min(ROWS, n - first);
            EntryReader.keys(head, first, first + rows, keys, 0);
            for (int row = 0; row < rows; row++) {
                double inverse = inverseNorms[first + row];
                double all = 0;
                for (int d = 0; d < headDim; d++) {
                    double element = keys[row * headDim + d];
                    all += element * (unitSum[d] - element * inverse); // but itself
                }
                sums[first + row] = all * inverse;
            }
        }
    }

    /** Finds the latest look-alike of each of the rows of {@code products} and takes that cosine from its sum. */
    private void excuse(CompressibleHead head, int rows, int n) {
        Arrays.fill(excused, 0, rows, false);
        int open = rows;
        for (int chunk = (n - 1) / CHUNK_ENTRIES; chunk >= 0 && open > 0; chunk--) {
            products.multiplyChunk(head, rows, n, chunk);
            int first = chunk * CHUNK_ENTRIES;
            for (int row = 0; row < rows; row++) {
                if (!excused[row] && excuseIn(compared + row, products.at(row), first, n)) {
                    excused[row] = true;
                    open--;
                }
            }
        }
    }

    /** Whether key {@code self} needs to look no further than at the chunk from entry {@code first} on, products at {@code at}. */
    private boolean excuseIn(int self, int at, int first, int n) {
        float[] z = products.products();
        int entry = Math.min(first + CHUNK_ENTRIES, n) - 1;
        while (entry >= first && (entry == self || !(cosine(z[at + entry - first], self, entry) > threshold))) {
            entry--;
        }
        if (entry < first && !(raw && first == 0 && self != 0)) {
            return false;
        }
        int other = Math.max(entry, 0);
        sums[other] -= cosine(z[at + other - first], self, other);
        return true;
    }

    private float cosine(float product, int self, int other) {
        return product * (inverseNorms[self] * inverseNorms[other]);
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
