/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import java.util.Arrays;

/**
 * Heads of a layer grouped by how much they have to say (ALGORITHMS 3.2): group 0 the lowest entropies, the last group the highest. Groups are as
 * equal as the number of heads allows.
 */
public final class HeadGroups {
    private HeadGroups() {}

    /**
     * Entropies of KV heads from those of their query heads, {@code groupSize} in a row: their mean, in ascending order. A choice of ours: UNComp's
     * code gives every query head a cache of its own.
     */
    public static double[] ofKvHeads(double[] queryHeads, int groupSize) {
        double[] kvHeads = new double[queryHeads.length / groupSize];
        for (int head = 0; head < kvHeads.length; head++) {
            for (int i = 0; i < groupSize; i++) {
                kvHeads[head] += queryHeads[head * groupSize + i];
            }
            kvHeads[head] /= groupSize;
        }
        return kvHeads;
    }

    /** The group of each head by one sample's entropies; of equal ones the lower head has the lower group. */
    public static int[] ofSample(double[] entropies, int groups) {
        check(entropies.length, groups);
        int[] labels = new int[entropies.length];
        for (int head = 0; head < entropies.length; head++) {
            int rank = 0;
            for (int other = 0; other < entropies.length; other++) {
                int order = Double.compare(entropies[other], entropies[head]);
                rank += order < 0 || (order == 0 && other < head) ? 1 : 0;
            }
            labels[head] = groupOfRank(rank, entropies.length, groups);
        }
        return labels;
    }

    /**
     * One group for each head from the {@link #ofSample} of all samples {@code [sample][head]}. Two groups: the half with the larger sums of labels is 1.
     * More: group 0 first takes the heads that were most often 0, then group 1 of the rest, and so on. Of equal ones the lower head is taken first.
     */
    public static int[] ofSamples(int[][] labels, int groups) {
        int heads = labels[0].length;
        check(heads, groups);
        int[] combined = new int[heads];
        Arrays.fill(combined, groups == 2 ? 0 : -1);
        if (groups == 2) {
            take(combined, 0, counts(labels, 1), sizeOf(1, heads, 2), 1);
            return combined;
        }
        for (int group = 0; group < groups; group++) {
            take(combined, -1, counts(labels, group), sizeOf(group, heads, groups), group);
        }
        return combined;
    }

    /** How often each head had a label. */
    private static int[] counts(int[][] labels, int label) {
        int[] counts = new int[labels[0].length];
        for (int[] sample : labels) {
            for (int head = 0; head < counts.length; head++) {
                counts[head] += sample[head] == label ? 1 : 0;
            }
        }
        return counts;
    }

    /** Labels {@code size} of the heads that still are {@code free}, the highest counts first. */
    private static void take(int[] combined, int free, int[] counts, int size, int group) {
        for (int taken = 0; taken < size; taken++) {
            int best = -1;
            for (int head = 0; head < combined.length; head++) {
                boolean better = best < 0 || counts[head] > counts[best];
                best = combined[head] == free && better ? head : best;
            }
            combined[best] = group;
        }
    }

    private static int sizeOf(int group, int heads, int groups) {
        return end(group, heads, groups) - (group == 0 ? 0 : end(group - 1, heads, groups));
    }

    private static int groupOfRank(int rank, int heads, int groups) {
        int group = 0;
        while (rank >= end(group, heads, groups)) {
            group++;
        }
        return group;
    }

    /** First rank behind a group. What does not divide makes the lower groups larger. */
    private static int end(int group, int heads, int groups) {
        return Math.ceilDiv((group + 1) * heads, groups);
    }

    private static void check(int heads, int groups) {
        if (groups < 2 || groups > heads) {
            throw new IllegalArgumentException(groups + " groups of " + heads + " heads");
        }
    }
}
