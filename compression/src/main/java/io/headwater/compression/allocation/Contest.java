/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

/**
 * What heads compete for, and in which pieces. Every head has its floor; what is left of mean × heads goes, a chunk at a time, to the
 * head whose next chunk begins with the best score: of equal ones to the lower layer and head.
 *
 * @param perLayer whether only heads of a layer compete with each other
 * @param chunk entries that are won or lost together: 1, or a block
 */
public record Contest(int nLayers, int kvHeads, boolean perLayer, BudgetLimits limits, int chunk) {
    public Contest {
        if (nLayers < 1 || kvHeads < 1 || chunk < 1) {
            throw new IllegalArgumentException("nLayers=" + nLayers + ", kvHeads=" + kvHeads + ", chunk=" + chunk);
        }
    }

    /** Ada-KV: the heads of a layer compete for single entries. */
    public static Contest adaptive(int nLayers, int kvHeads, BudgetLimits limits) {
        return new Contest(nLayers, kvHeads, true, limits, 1);
    }

    /** All heads of all layers compete for blocks. KV-Compress itself has {@link BudgetLimits#inBlocks} limits. */
    public static Contest global(int nLayers, int kvHeads, BudgetLimits limits, int block) {
        return new Contest(nLayers, kvHeads, false, limits, block);
    }

    /** What every head has before they compete: the least, in whole chunks if the mean has room for that. */
    public int floor() {
        return Math.min(limits.mean(), BudgetLimits.up(limits.least(), chunk));
    }

    /** How many heads compete with each other. */
    public int group() {
        return perLayer ? kvHeads : nLayers * kvHeads;
    }

    /** Entries that a group competes for. */
    public long room() {
        return (long) group() * (limits.mean() - floor());
    }

    /** The most that one head can get. */
    public int mostOfOne() {
        return (int) Math.min(limits.most(), floor() + room());
    }

    /** Scores that a head of at most {@code longest} entries has to report. */
    public int keysPerHead(int longest) {
        long wanted = Math.min(Math.ceilDiv(room(), chunk), Math.ceilDiv(Math.max(0, longest - floor()), chunk));
        return (int) Math.min(wanted, (limits.most() - floor()) / chunk);
    }
}
