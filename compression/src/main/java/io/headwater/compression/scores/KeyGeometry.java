/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;
import java.util.Arrays;

/** How a head's keys lie: the mean of the unit keys, and each key's cosine with it (KeyDiff; ALGORITHMS 5.2). Sums in f64. */
public final class KeyGeometry {
    private final double[] sum;
    private final float[] mean;
    private final float[] key;

    public KeyGeometry(int headDim) {
        sum = new double[headDim];
        mean = new float[headDim];
        key = new float[headDim];
    }

    /** Fills {@code cosines[0 … head.length())}. */
    public void cosines(CompressibleHead head, float[] cosines) {
        int dim = key.length;
        Arrays.fill(sum, 0);
        for (int entry = 0; entry < head.length(); entry++) {
            EntryReader.key(head, entry, key, 0);
            double inverse = inverse(EntryReader.norm(key, 0, dim));
            for (int d = 0; d < dim; d++) {
                sum[d] += key[d] * inverse;
            }
        }
        for (int d = 0; d < dim; d++) {
            mean[d] = (float) (sum[d] / head.length());
        }
        double inverseMean = inverse(EntryReader.norm(mean, 0, dim));
        for (int entry = 0; entry < head.length(); entry++) {
            EntryReader.key(head, entry, key, 0);
            double inverse = inverse(EntryReader.norm(key, 0, dim));
            cosines[entry] = (float) (EntryReader.dot(key, 0, mean, 0, dim) * inverse * inverseMean);
        }
    }

    private static double inverse(float norm) {
        return 1 / Math.max(norm, 1e-12);
    }
}
