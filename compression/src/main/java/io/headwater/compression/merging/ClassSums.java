/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import java.util.Arrays;

/**
 * What the members of each class add up to, {@code [heads, classes]}; class zero of every head is summed into and thrown away, which
 * is what evicts (ALGORITHMS 1.2.3, 1.2.4). A class that only its centre is in is left out: nothing becomes of it.
 */
final class ClassSums {
    private final int dim;
    private final boolean directionsToo;
    private int[] merged = new int[0];
    private float[] weights = new float[0];
    private float[] norms = new float[0];
    private float[] columnSums = new float[0];
    private double[] counts = new double[0];
    private float[] directions = new float[0];
    private float[] values = new float[0];
    private int classes;

    /** {@code directionsToo}: whether keys are merged. */
    ClassSums(int headDim, boolean directionsToo) {
        dim = headDim;
        this.directionsToo = directionsToo;
    }

    /** Begins a batch of {@code heads × classes}, no class with members. */
    void clear(int heads, int newClasses) {
        classes = newClasses;
        int n = Math.multiplyExact(heads, classes);
        if (merged.length < n) {
            merged = new int[n];
            weights = new float[n];
            norms = new float[n];
            columnSums = new float[n];
            counts = new double[n];
            directions = new float[directionsToo ? Math.multiplyExact(n, dim) : 0];
            values = new float[Math.multiplyExact(n, dim)];
        }
        Arrays.fill(merged, 0, n, 0);
    }

    /** An entry will be merged into the class: told of all before the first is added. */
    void expect(int h, int cls) {
        merged[h * classes + cls]++;
    }

    /** Whether an entry is to be merged into the class. */
    boolean any(int h, int cls) {
        return merged[h * classes + cls] > 0;
    }

    /** Makes the class zero. */
    void begin(int h, int cls) {
        int i = h * classes + cls;
        weights[i] = 0;
        norms[i] = 0;
        columnSums[i] = 0;
        counts[i] = 0;
        Arrays.fill(values, i * dim, (i + 1) * dim, 0f);
        if (directionsToo) {
            Arrays.fill(directions, i * dim, (i + 1) * dim, 0f);
        }
    }

    /** Adds a row of {@code vectors} with its weight, accumulated sum and count of original entries. */
    void add(int h, int cls, SplitVectors vectors, int row, float weight, float columnSum, double count) {
        int i = h * classes + cls;
        weights[i] += weight;
        norms[i] = Math.fma(weight, vectors.keyNorm(row), norms[i]);
        columnSums[i] += columnSum;
        counts[i] += count;
        add(weight, vectors.values(), vectors.at(row), values, i * dim, dim);
        if (directionsToo) {
            add(weight * vectors.inverseKey(row), vectors.keys(), vectors.at(row), directions, i * dim, dim);
        }
    }

    private static void add(float weight, float[] x, int at, float[] sums, int to, int n) {
        for (int d = 0; d < n; d++) {
            sums[to + d] = Math.fma(weight, x[at + d], sums[to + d]);
        }
    }

    /** Whether something was merged into the centre, and can be weighed. */
    boolean merged(int h, int cls) {
        return any(h, cls) && weights[h * classes + cls] > 0;
    }

    /** Σ ω V / Ω. */
    void value(int h, int cls, float[] out) {
        int i = h * classes + cls;
        for (int d = 0; d < dim; d++) {
            out[d] = values[i * dim + d] / weights[i];
        }
    }

    /** Σ ω K/‖K‖, not of unit length. */
    void direction(int h, int cls, float[] out) {
        System.arraycopy(directions, (h * classes + cls) * dim, out, 0, dim);
    }

    /** Σ ω ‖K‖ / Ω. */
    float meanNorm(int h, int cls) {
        return norms[h * classes + cls] / weights[h * classes + cls];
    }

    float columnSum(int h, int cls) {
        return columnSums[h * classes + cls];
    }

    double count(int h, int cls) {
        return counts[h * classes + cls];
    }
}
