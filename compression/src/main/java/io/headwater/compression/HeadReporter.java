/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import io.headwater.compression.allocation.ScoreTable;
import io.headwater.compression.scores.TopEntries;

/**
 * Reports heads' scores to the table of a contest, before any of them is compressed. What a head reports depends on nothing but the
 * head, the mean budget and the policy, bit for bit. One per worker thread, beside its compressor: scratch for a head of {@code
 * capacityEntries}.
 */
public final class HeadReporter {
    private final HeadCompressor compressor;
    private final float[] scores;
    private final int[] order;
    private final TopEntries top;

    public HeadReporter(HeadCompressor compressor, int capacityEntries) {
        this.compressor = compressor;
        scores = new float[capacityEntries];
        order = new int[capacityEntries];
        top = new TopEntries(capacityEntries);
    }

    /**
     * Slice {@code slice} of a head's report, all in ascending order and with nothing between; the last one fills the slot of head {@code index} (layer ·
     * kvHeads + KV head, over the whole layer) and leaves the head as it is. For how many slices see {@link HeadCompressor#slices} with a budget of 0.
     */
    public void report(CompressibleHead head, ScoreTable table, int index, int slice, int slices) {
        compressor.rate(head, table.contest().limits().mean(), slice, slices, scores);
        if (slice == slices - 1) {
            top.order(scores, 0, head.length(), order);
            table.put(index, scores, order, head.length());
        }
    }
}
