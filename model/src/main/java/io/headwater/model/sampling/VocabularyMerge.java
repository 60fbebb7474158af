/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import java.util.List;

/**
 * The leader's view of one row of logits, from the shards' summaries: M = the largest unit maximum,
 * mass = Σ sum(unit) · exp(max(unit) − M) in f64 over all units, token ids rising, log Z = M + log(mass), and the best rows of
 * the vocabulary. exp and log are {@link StrictMath}'s: the same bits on every machine.
 */
final class VocabularyMerge {
    private final BestRows best;
    private float max;
    private double mass;

    VocabularyMerge(int bestRows) {
        best = new BestRows(bestRows);
    }

    /** Merges summaries, which are given by rising token ids and cover the vocabulary. */
    void merge(List<ShardSummary> shards) {
        max = Float.NEGATIVE_INFINITY;
        for (int shard = 0; shard < shards.size(); shard++) {
            ShardSummary summary = shards.get(shard);
            for (int unit = 0; unit < summary.units(); unit++) {
                max = Math.max(max, summary.max(unit));
            }
        }
        mass = 0;
        best.clear();
        for (int shard = 0; shard < shards.size(); shard++) {
            add(shards.get(shard));
        }
        best.sort();
    }

    private void add(ShardSummary summary) {
        for (int unit = 0; unit < summary.units(); unit++) {
            if (summary.sum(unit) > 0) { // a unit of −∞ only has no maximum to subtract
                mass += summary.sum(unit) * StrictMath.exp((double) summary.max(unit) - max);
            }
        }
        BestRows rows = summary.best();
        for (int rank = 0; rank < rows.size(); rank++) {
            best.offer(rows.key(rank));
        }
    }

    /** The largest value; −∞ where no token is possible. */
    float max() {
        return max;
    }

    /** Σ exp(x − max) over the vocabulary. */
    double mass() {
        return mass;
    }

    /** log Σ exp(x) over the vocabulary. */
    double logNormaliser() {
        return max + StrictMath.log(mass);
    }

    BestRows best() {
        return best;
    }
}
