/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.CompressibleHead;
import io.headwater.compression.KvPolicy;
import io.headwater.compression.scores.EntryScore;
import io.headwater.compression.scores.TopEntries;
import java.util.Arrays;

/** Keeps the first entries, the latest and the best of the rest; the others are dropped. */
public final class Eviction {
    private final KvPolicy policy;
    private final EntryScore score;
    private final TopEntries top;
    private final float[] scores;
    private final int[] kept;

    public Eviction(KvPolicy policy, EntryScore score, int capacityEntries) {
        this.policy = policy;
        this.score = score;
        top = new TopEntries(capacityEntries);
        scores = new float[capacityEntries];
        kept = new int[capacityEntries];
    }

    /** A part of the work, before {@link #compress}. */
    public void prepare(CompressibleHead head, int slice, int slices) {
        score.prepare(head, slice, slices);
    }

    /** Brings a head that holds more down to {@code budget} entries. */
    public void compress(CompressibleHead head, int budget) {
        int n = head.length();
        score.score(head, scores);
        Arrays.fill(scores, 0, Math.min(n, policy.sinks()), Float.POSITIVE_INFINITY);
        Arrays.fill(scores, Math.max(0, n - policy.recent(budget)), n, Float.POSITIVE_INFINITY);
        top.select(scores, n, budget, kept);
        score.remember(head);
        head.keep(kept, budget);
    }
}
