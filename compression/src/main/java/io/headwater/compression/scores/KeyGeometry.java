/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;
import java.util.Arrays;

/** How a head's keys lie: the mean of the unit keys, and each key's cosine with it (KeyDiff; ALGORITHMS 5.2). Sums in f64. */
public final class KeyGeometry {
    private static final int ROWS = 16;
    /** So many entries are read once only: what a head has in decode. */
    private static final int KEPT_ROWS = 512;

    private final int dim;
    private final double[] sum;
    private final float[] mean;
    private final float[] keys;
    private final double[] dots = new double[ROWS];

    public KeyGeometry(int headDim) {
        dim = headDim;
        sum = new double[headDim];
        mean = new float[headDim];
        keys = new float[KEPT_ROWS * headDim];
    }

    /** Fills {@code cosines[0 … head.length())}. */
    public void cosines(CompressibleHead head, float[] cosines) {
        int n = head.length();
        int mask = n <= KEPT_ROWS ? KEPT_ROWS - 1 : ROWS - 1;
        Arrays.fill(sum, 0);
        for (int first = 0; first < n; first += ROWS) {
            int rows = Math.min(ROWS, n - first);
            int at = (first & mask) * dim;
            EntryReader.keys(head, first, first + rows, keys, at);
            EntryReader.norms(keys, at, dim, rows, cosines, first);
            for (int row = 0; row < rows; row++) {
                addUnit(at + row * dim, inverse(cosines[first + row]));
            }
        }
        for (int d = 0; d < dim; d++) {
            mean[d] = (float) (sum[d] / n);
        }
        double inverseMean = inverse(EntryReader.norm(mean, 0, dim));
        for (int first = 0; first < n; first += ROWS) {
            int rows = Math.min(ROWS, n - first);
            int at = (first & mask) * dim;
            if (n > KEPT_ROWS) {
                EntryReader.keys(head, first, first + rows, keys, at);
            }
            EntryReader.dots(keys, at, mean, dim, rows, dots);
            for (int row = 0; row < rows; row++) {
                cosines[first + row] = (float) (dots[row] * inverse(cosines[first + row]) * inverseMean);
            }
        }
    }

    private void addUnit(int at, double inverse) {
        for (int d = 0; d < dim; d++) {
            sum[d] += keys[at + d] * inverse;
        }
    }

    private static double inverse(float norm) {
        return 1 / Math.max(norm, 1e-12);
    }
}
