/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import io.headwater.compression.merging.EvictThenMerge;
import io.headwater.compression.merging.Eviction;
import io.headwater.compression.scores.CompetingScores;
import io.headwater.compression.scores.EntryScore;
import io.headwater.compression.scores.EntryScores;
import io.headwater.compression.scores.GlobalLocalScore;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compresses heads to their budget by one policy: one after another, or all of a shard as one padded batch. What becomes of a head
 * depends on nothing but the head, the budget and the policy, bit for bit. One per worker thread: it holds scratch for a head of
 * {@code capacityEntries}, made here; what merging needs grows with the most that was ever merged, and a batch makes some more.
 */
public final class HeadCompressor {
    private static final long SLICE_MULTIPLY_ADDS = 1L << 30;

    private final KvPolicy policy;
    private final int capacityEntries;
    private final @Nullable Eviction eviction;
    private final @Nullable EvictThenMerge merging;
    private final @Nullable CompetingScores competing;

    public HeadCompressor(
            KvPolicy policy, KvLayout layout, int groupSize, int capacityEntries, Kernels kernels, Rotation rotation) {
        this.policy = policy;
        this.capacityEntries = capacityEntries;
        EntryScores scores = new EntryScores(layout, groupSize, capacityEntries, kernels, rotation);
        if (policy.none()) {
            eviction = null;
            merging = null;
            competing = null;
        } else if (policy.name().equals("ems")) {
            GlobalLocalScore score = scores.globalLocal(policy);
            eviction = null;
            merging = new EvictThenMerge(policy, score, layout.headDim(), capacityEntries, kernels, rotation);
            competing = CompetingScores.ofMass(policy, score);
        } else {
            EntryScore score = scores.of(policy);
            eviction = new Eviction(policy, score, capacityEntries);
            merging = null;
            competing = CompetingScores.of(policy, score);
        }
    }

    /** Brings a head down to {@code budget} entries; one that holds no more is left as it is, its state too. */
    public void compress(CompressibleHead head, int budget) {
        int slices = slices(policy, head.length(), budget, head.layout().headDim());
        for (int slice = 0; slice < slices; slice++) {
            compress(head, budget, slice, slices);
        }
    }

    /**
     * Multiply-adds that a head of so many entries costs beside those that every entry does: all pairs of entries for redundancy; with merging,
     * what is merged against what is kept.
     */
    public static long products(KvPolicy policy, int length, int budget, int headDim) {
        if (length <= budget) {
            return 0;
        }
        if (policy.comparesAllPairs()) {
            return (long) length * length * headDim;
        }
        return (long) (2.0 * budget * policy.mostMerged(length, budget) * headDim);
    }

    /**
     * In how many slices a head of so many entries is to be compressed, so that each takes some 50 ms at most: one, unless the policy compares
     * all pairs of entries.
     */
    public static int slices(KvPolicy policy, int length, int budget, int headDim) {
        long products = policy.comparesAllPairs() ? products(policy, length, budget, headDim) : 0;
        return Math.toIntExact(1 + products / SLICE_MULTIPLY_ADDS);
    }

    /** Slice {@code slice} of {@link #slices}, all of them in ascending order and with nothing between; the last one changes the head. */
    public void compress(CompressibleHead head, int budget, int slice, int slices) {
        if (!needed(head, budget)) {
            return;
        }
        if (eviction != null) {
            eviction.prepare(head, slice, slices);
        }
        if (slice == slices - 1) {
            if (merging != null) {
                merging.compress(List.of(head), budget);
            } else if (eviction != null) {
                eviction.compress(head, budget);
            }
        }
    }

    /**
     * Slice {@code slice} of rating a head's entries; the last one fills {@code scores[0 … head.length())}, those protected at a budget of {@code mean}
     * +∞, and leaves the head as it is.
     */
    void rate(CompressibleHead head, int mean, int slice, int slices, float[] scores) {
        if (competing == null) {
            throw new IllegalStateException("KV policy " + policy.name() + " keeps everything: nothing competes");
        }
        checkCapacity(head);
        competing.prepare(head, slice, slices);
        if (slice == slices - 1) {
            competing.score(head, mean, scores);
        }
    }

    /** Compresses all heads as one padded batch where the policy merges: the same bits as one after another. */
    public void compressAll(List<? extends CompressibleHead> heads, int budget) {
        if (merging == null) {
            heads.forEach(head -> compress(head, budget));
            return;
        }
        List<? extends CompressibleHead> tooLong =
                heads.stream().filter(head -> needed(head, budget)).toList();
        if (!tooLong.isEmpty()) {
            merging.compress(tooLong, budget);
        }
    }

    private boolean needed(CompressibleHead head, int budget) {
        if (policy.none() || head.length() <= budget) {
            return false;
        }
        if (budget < policy.leastBudget()) {
            throw new IllegalArgumentException("budget=" + budget + " is below the " + policy.leastBudget()
                    + " entries that KV policy " + policy.name() + " needs");
        }
        checkCapacity(head);
        return true;
    }

    private void checkCapacity(CompressibleHead head) {
        if (head.length() > capacityEntries) {
            throw new IllegalArgumentException(
                    "a head of " + head.length() + " entries, there is scratch for " + capacityEntries);
        }
    }
}
