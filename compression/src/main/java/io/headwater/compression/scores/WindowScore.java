/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;

/**
 * Mean attention of the last queries to each older entry, pooled: SnapKV, and TOVA with a window of one query (ALGORITHMS 5.2). The
 * last {@code window} entries are not scored; they are kept anyway.
 */
public final class WindowScore implements EntryScore {
    private final WindowAttention attention;
    private final Pooling pooling;
    private final int window;
    private final float[] means;

    public WindowScore(WindowAttention attention, Pooling pooling, int window, int capacityEntries) {
        this.attention = attention;
        this.pooling = pooling;
        this.window = window;
        means = new float[capacityEntries];
    }

    @Override
    public void score(CompressibleHead head, float[] scores) {
        mean(attention, head, means);
        System.arraycopy(means, 0, scores, 0, head.length());
        pooling.apply(means, 0, Math.max(0, head.length() - window), scores);
    }

    /** Probabilities summed over the window's queries, divided by how many there are. */
    static void mean(WindowAttention attention, CompressibleHead head, float[] means) {
        int queries = attention.sum(head, means);
        for (int entry = 0; entry < head.length(); entry++) {
            means[entry] /= Math.max(queries, 1);
        }
    }
}
