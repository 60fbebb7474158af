/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import io.headwater.compression.scores.TopEntries;
import java.util.Arrays;

/**
 * Ada-KV (ALGORITHMS 5.2): a layer's budget divided among its heads by their scores. Every head keeps its {@code safe} best entries; the
 * rest of the layer's budget goes to the best entries of all heads together. Equal ones: the lower head, then the lower entry.
 */
public final class AdaptiveBudgets {
    private AdaptiveBudgets() {}

    /**
     * How many entries each head keeps: those that its own scores rank first. {@code scores[head]} has a score per entry, protected
     * ones +∞; {@code mean} is the budget per head.
     */
    public static int[] of(float[][] scores, int mean, int safe) {
        int total = Arrays.stream(scores).mapToInt(s -> s.length).sum();
        float[] all = new float[total];
        int[] headOf = new int[total];
        int at = 0;
        for (int head = 0; head < scores.length; head++) {
            int n = scores[head].length;
            System.arraycopy(scores[head], 0, all, at, n);
            Arrays.fill(headOf, at, at + n, head);
            int[] order = new int[n];
            new TopEntries(n).order(scores[head], 0, n, order);
            for (int i = 0; i < Math.min(safe, n); i++) {
                all[at + order[i]] = Float.POSITIVE_INFINITY;
            }
            at += n;
        }
        int[] order = new int[total];
        new TopEntries(total).order(all, 0, total, order);
        int[] counts = new int[scores.length];
        for (int i = 0; i < Math.min(total, mean * scores.length); i++) {
            counts[headOf[order[i]]]++;
        }
        return counts;
    }
}
