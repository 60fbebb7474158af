/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import io.headwater.tensors.kernels.KvLayout;
import java.util.Random;

/** Heads with clusters of similar keys and values, so that there is something to merge. Column sums fall, with noise. */
final class RandomHeads {
    private static final int CLUSTERS = 12;

    private RandomHeads() {}

    /** {@code noise}: how far apart the members of a cluster lie. */
    static TestHead head(KvLayout layout, int n, int group, int window, float noise, long seed) {
        Random random = new Random(seed);
        int dim = layout.headDim();
        float[][] keys = new float[CLUSTERS][];
        float[][] values = new float[CLUSTERS][];
        for (int i = 0; i < CLUSTERS; i++) {
            keys[i] = around(random, new float[dim], 1);
            values[i] = around(random, new float[dim], 1);
        }
        TestHead head = new TestHead(layout, n);
        for (int i = 0; i < n; i++) {
            int cluster = random.nextInt(CLUSTERS);
            head.append(around(random, keys[cluster], noise), around(random, values[cluster], noise), 3 * i / 2);
            head.columnSum(i, (float) (1.0 / (1 + i % 37) + 0.1 * random.nextDouble()));
        }
        float[] queries = around(random, new float[window * group * dim], (float) (2 / Math.sqrt(dim)));
        for (int i = 0; i < queries.length; i++) {
            queries[i] = layout.type().round(queries[i]);
        }
        head.window(queries, window);
        return head;
    }

    private static float[] around(Random random, float[] centre, float noise) {
        float[] x = centre.clone();
        for (int i = 0; i < x.length; i++) {
            x[i] += noise * (float) random.nextGaussian();
        }
        return x;
    }
}
