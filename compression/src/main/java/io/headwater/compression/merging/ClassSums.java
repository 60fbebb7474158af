/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import java.util.Arrays;

/**
 * What the members of each class add up to, {@code [heads, classes]}; class zero of every head is summed into and thrown away, which
 * is what evicts (ALGORITHMS 1.2.3, 1.2.4).
 */
final class ClassSums {
    private final int dim;
    private int[] members = new int[0];
    private float[] weights = new float[0];
    private float[] norms = new float[0];
    private float[] columnSums = new float[0];
    private double[] counts = new double[0];
    private float[] directions = new float[0];
    private float[] values = new float[0];
    private int classes;

    ClassSums(int headDim) {
        dim = headDim;
    }

    /** Begins a batch of {@code heads × classes}, all zero. */
    void clear(int heads, int newClasses) {
        classes = newClasses;
        int n = Math.multiplyExact(heads, classes);
        if (members.length < n) {
            members = new int[n];
            weights = new float[n];
            norms = new float[n];
            columnSums = new float[n];
            counts = new double[n];
            directions = new float[Math.multiplyExact(n, dim)];
            values = new float[directions.length];
        }
        Arrays.fill(members, 0, n, 0);
        Arrays.fill(weights, 0, n, 0f);
        Arrays.fill(norms, 0, n, 0f);
        Arrays.fill(columnSums, 0, n, 0f);
        Arrays.fill(counts, 0, n, 0);
        Arrays.fill(directions, 0, n * dim, 0f);
        Arrays.fill(values, 0, n * dim, 0f);
    }

    /** Adds an entry with its weight, accumulated sum and count of original entries. */
    void add(int h, int cls, EntryVectors entry, float weight, float columnSum, double count) {
        int i = h * classes + cls;
        members[i]++;
        weights[i] += weight;
        norms[i] = Math.fma(weight, entry.keyNorm, norms[i]);
        columnSums[i] += columnSum;
        counts[i] += count;
        float unit = weight * entry.inverseKey;
        for (int d = 0; d < dim; d++) {
            directions[i * dim + d] = Math.fma(unit, entry.key[d], directions[i * dim + d]);
            values[i * dim + d] = Math.fma(weight, entry.value[d], values[i * dim + d]);
        }
    }

    /** Whether something was merged into the centre, and can be weighed. */
    boolean merged(int h, int cls) {
        int i = h * classes + cls;
        return members[i] > 1 && weights[i] > 0;
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
