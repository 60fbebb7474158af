/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;

/**
 * KV-Compress's metric (ALGORITHMS 4.4): squared attention, summed over the group's query heads and over the queries that were observed, kept over the
 * change points in one float of state. An entry's first sum, which a prompt's is, is pooled along the entries; what later queries give it is not. A
 * query is observed if it is one of the window's and came after the last compression, so none counts twice; with a window as long as the interval all
 * of decode is observed.
 */
public final class SquaredScore implements EntryScore {
    private final WindowAttention attention;
    private final Pooling pooling;
    private final float[] sums;
    private final float[] pooled;
    private final float[] metric;

    /** {@code attention}: with {@code QueryGroup.squares}. */
    public SquaredScore(WindowAttention attention, Pooling pooling, int capacityEntries) {
        this.attention = attention;
        this.pooling = pooling;
        sums = new float[capacityEntries];
        pooled = new float[capacityEntries];
        metric = new float[capacityEntries];
    }

    @Override
    public void score(CompressibleHead head, float[] scores) {
        int n = head.length();
        attention.sum(head, head.windowLength() - newQueries(head), sums);
        pooling.apply(sums, 0, n, pooled);
        for (int entry = 0; entry < n; entry++) {
            float known = head.state(0, entry);
            metric[entry] = Float.isNaN(known) ? pooled[entry] : known + sums[entry];
        }
        System.arraycopy(metric, 0, scores, 0, n);
    }

    /** How many of the window's queries came with entries that no compression has met. */
    private static int newQueries(CompressibleHead head) {
        int last = head.length() - 1;
        int first = last + 1;
        while (first > 0 && Float.isNaN(head.state(0, first - 1))) {
            first--;
        }
        int positions = first > last ? 0 : head.position(last) + 1 - head.position(first);
        return Math.min(head.windowLength(), positions);
    }

    @Override
    public void remember(CompressibleHead head) {
        for (int entry = 0; entry < head.length(); entry++) {
            head.state(0, entry, metric[entry]);
        }
    }
}
