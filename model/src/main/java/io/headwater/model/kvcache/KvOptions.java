/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.allocation.Allocation;
import io.headwater.compression.allocation.BudgetLimits;
import io.headwater.compression.allocation.Contest;
import io.headwater.compression.allocation.FixedBudgets;
import io.headwater.compression.allocation.LayerBudgets;
import io.headwater.compression.entropy.HeadLabels;
import io.headwater.tensors.kernels.KvLayout;

/**
 * How a session's cache is kept. Every head is brought down to its budget at change points: after each turn's prompt, every {@code interval}
 * tokens while decoding, every {@code prefillLimit} tokens inside a prompt; with a policy that {@linkplain KvPolicy#waitsForIdle() waits until the session is
 * idle} every {@code prefillLimit} tokens anywhere, and whenever the supervisor says so.
 *
 * @param budget entries of a head, in the mean over layers; of no meaning without a policy
 */
public record KvOptions(KvPolicy policy, int budget, int interval, int prefillLimit) {
    public static final int DEFAULT_INTERVAL = 64;
    public static final int LEAST_INTERVAL = 16;
    public static final int DEFAULT_PREFILL_LIMIT = 8192;

    /** The last layer's share of the mean, as PyramidKV has it. */
    private static final int PYRAMID_BETA = 20;

    /** Entries that heads of all layers win or lose together: what memory is freed by. */
    private static final int BLOCK = KvLayout.BLOCK_ENTRIES;

    /** Tokens at most that a reconstruction asks for at a time, its prompt included; they are given up after it. */
    public static final int REPEATED = 1088;

    /** A full cache. */
    public static final KvOptions NONE = new KvOptions(KvPolicy.NONE, 0, DEFAULT_INTERVAL, DEFAULT_PREFILL_LIMIT);

    public KvOptions {
        if (interval < LEAST_INTERVAL) {
            throw new IllegalArgumentException("interval " + interval + ": give at least " + LEAST_INTERVAL);
        }
        if (prefillLimit < 1) {
            throw new IllegalArgumentException("prefill limit " + prefillLimit + ": give at least 1");
        }
        if (budget < policy.leastBudget()) {
            throw new IllegalArgumentException("budget " + budget + ": " + policy.name() + " protects "
                    + (policy.leastBudget() - 1) + " entries (sinks and window): give at least "
                    + policy.leastBudget());
        }
    }

    public static KvOptions of(KvPolicy policy, int budget) {
        return new KvOptions(policy, budget, DEFAULT_INTERVAL, DEFAULT_PREFILL_LIMIT);
    }

    /** These with another budget, which the policy must allow. */
    public KvOptions withBudget(int entries) {
        return entries == budget ? this : new KvOptions(policy, entries, interval, prefillLimit);
    }

    /** The least budget that a session may be brought down to where memory is short: its sinks, its window and an entry. */
    public int leastBudget() {
        return Math.min(budget, Math.max(1, policy.leastBudget()));
    }

    /** Whether nothing is ever given up. */
    public boolean full() {
        return policy.none();
    }

    /** Why a session cannot go on beyond such a context; empty if it can. */
    public String endsWith(int contextLength) {
        int base = contextLength / 2;
        int least = Math.max(policy.leastBudget(), policy.window() + 1);
        return full() || least <= base
                ? ""
                : policy.name() + " protects " + (least - 1)
                        + " entries (sinks and window), more than half of a context of "
                        + contextLength + ", from which a session goes on beyond it: raise --context, or give a smaller"
                        + " window or fewer tokens";
    }

    /** Entries that a head holds at most, in the mean over layers. */
    public int mostEntries(int contextLength) {
        return mostEntries(budget, contextLength);
    }

    private int mostEntries(int left, int contextLength) {
        long most = (long) left + Math.max(interval, prefillLimit) + (policy.reconstructs() ? REPEATED : 0);
        return full() ? contextLength : (int) Math.min(contextLength, most);
    }

    /**
     * What is reserved for a session, in entries: those that a head holds at most, and room for the state beside them. A sixteenth is four
     * numbers for an entry of 64 dimensions in bf16, two entries those of a position's queries in a group of four.
     */
    public int reservedEntries(int contextLength) {
        return full() ? contextLength : withState(mostEntries(contextLength));
    }

    private int withState(long entries) {
        return (int) Math.min(Integer.MAX_VALUE, entries + entries / 16 + 2L * policy.window());
    }

    /**
     * What a session cannot do without, in entries as {@link #reservedEntries}: where memory is short it is brought down to its sinks, its window and a block,
     * whenever another block has come; beside that a part of a reconstruction should have room, and a full cache cannot shrink.
     */
    public int leastEntries(int contextLength) {
        if (full()) {
            return contextLength;
        }
        long least = (long) Math.max(leastBudget(), Math.min(budget, BLOCK)) + BLOCK;
        return Math.min(reservedEntries(contextLength), withState(least + (policy.reconstructs() ? REPEATED : 0)));
    }

    /** Entries that a head of a layer holds at most. */
    public int mostEntries(int layer, int nLayers, int contextLength) {
        return full() ? contextLength : mostEntries(mostBudget(layer, nLayers, contextLength), contextLength);
    }

    /**
     * What a head of a layer must have room for, whatever budget up to this one is in force: where heads have not all the mean, one whose share is less may
     * grow when the mean falls, since then there is less to divide, and rounding may add an entry.
     */
    public int capacity(int layer, int nLayers, int contextLength) {
        int most = Math.max(mostEntries(layer, nLayers, contextLength), mostEntries(contextLength));
        return full() || policy.sameForAllHeads() ? most : Math.min(contextLength, most + 1);
    }

    /** The most that a head of a layer may be brought down to. */
    public int mostBudget(int layer, int nLayers, int contextLength) {
        if (competes()) {
            return limits(budget, contextLength).most();
        }
        int kvHeads = policy.headLabels().map(HeadLabels::kvHeads).orElse(1);
        int most = 0;
        for (int head = 0; head < kvHeads; head++) {
            most = Math.max(most, budget(layer, nLayers, head));
        }
        return most;
    }

    /** Whether heads compete for the budget, so that what each is brought down to is known at a change point only. */
    public boolean competes() {
        return policy.allocation().competes();
    }

    /** What a head of a layer is brought down to where heads do not compete; {@code kvHead} counts over the whole layer. */
    public int budget(int layer, int nLayers, int kvHead) {
        return switch (policy.allocation()) {
            case UNIFORM -> LayerBudgets.of(policy, budget, layer, nLayers);
            case PYRAMID -> {
                BudgetLimits limits = new BudgetLimits(budget, policy.leastBudget(), Integer.MAX_VALUE);
                yield FixedBudgets.pyramid(nLayers, 1, PYRAMID_BETA, limits).of(layer, 0);
            }
            case ENTROPY -> {
                BudgetLimits limits = new BudgetLimits(budget, policy.leastBudget(), Integer.MAX_VALUE);
                HeadLabels labels = policy.headLabels()
                        .orElseThrow(() -> new IllegalStateException("without a calibration: " + policy));
                yield FixedBudgets.entropy(labels, layer, limits)[kvHead];
            }
            case ADAPTIVE, GLOBAL -> throw new IllegalStateException("heads compete: " + policy);
        };
    }

    /** What heads compete for; {@code mean} is the budget, or less where the session's positions start anew. */
    public Contest contest(int nLayers, int kvHeads, int mean, int contextLength) {
        BudgetLimits limits = limits(mean, contextLength);
        return policy.allocation() == Allocation.ADAPTIVE
                ? Contest.adaptive(nLayers, kvHeads, limits)
                : Contest.global(nLayers, kvHeads, limits, BLOCK);
    }

    /** A re-based head has room for half the context: none gets more. */
    private BudgetLimits limits(int mean, int contextLength) {
        int most = Math.max(mean, contextLength / 2);
        BudgetLimits limits =
                BudgetLimits.withFloor(mean, policy.leastBudget(), Double.parseDouble(policy.word("floor")), most);
        return policy.name().equals("kv-compress") ? limits.inBlocks(BLOCK) : limits;
    }

    /** The same with a policy whose head groups are known. */
    public KvOptions with(KvPolicy calibrated) {
        return new KvOptions(calibrated, budget, interval, prefillLimit);
    }

    /** What the cache must keep of its entries. */
    public EntryState entryState() {
        return full()
                ? EntryState.NONE
                : new EntryState(
                        true, policy.columnSums(), policy.stateFloats(), policy.window(), policy.reconstructs());
    }
}
