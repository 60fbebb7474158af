/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.scores.TopEntries;
import java.util.Arrays;

/**
 * Each head's candidates by descending score: first those that are important and become centres, then those to be merged, the rest
 * irrelevant (ALGORITHMS 1.2.2). Rows of a padded batch; a head alone is a batch of one.
 */
final class Splits {
    private final MergeOptions options;
    private final int capacity;
    private final TopEntries top;
    private final int[] sorted;
    private int[] order;
    private float[] mass;
    private int[] centres = new int[1];
    private int[] merged = new int[1];

    Splits(MergeOptions options, int capacityEntries) {
        this.options = options;
        this.capacity = capacityEntries;
        top = new TopEntries(capacityEntries);
        sorted = new int[capacityEntries];
        order = new int[capacityEntries];
        mass = new float[capacityEntries];
    }

    /** Makes room for a batch. */
    void ensure(int heads) {
        if (centres.length < heads) {
            order = Arrays.copyOf(order, Math.multiplyExact(heads, capacity));
            mass = Arrays.copyOf(mass, order.length);
            centres = new int[heads];
            merged = new int[heads];
        }
    }

    /**
     * Splits candidates [from, to) of head {@code h}: {@code important} of them become centres. What entries stand for already, {@code members} tokens,
     * counts for the cap.
     */
    void split(int h, float[] scores, float[] masses, int from, int to, int important, int members) {
        top.order(scores, from, to, sorted);
        System.arraycopy(sorted, 0, order, h * capacity, to - from);
        System.arraycopy(masses, from, mass, h * capacity + from, to - from);
        centres[h] = Math.min(important, to - from);
        double allowed = Math.min(options.most(), Math.floor((double) options.gamma() * centres[h])) - members;
        int cap = (int) Math.clamp(allowed, 0, to - from - centres[h]);
        merged[h] = Math.clamp(covering(h, masses, from, to) - centres[h], 0, cap);
    }

    /** The head's sparsity: how many of the best candidates hold the share {@code rho} of all mass. */
    private int covering(int h, float[] masses, int from, int to) {
        double all = 0;
        for (int entry = from; entry < to; entry++) {
            all += masses[entry];
        }
        double covered = 0;
        int count = 0;
        while (count < to - from && covered < options.rho() * all) {
            covered += masses[order[h * capacity + count]];
            count++;
        }
        return count;
    }

    /** Entries that become centres. */
    int centres(int h) {
        return centres[h];
    }

    /** Entries that are to be merged; behind them a padded batch has dummies. */
    int merged(int h) {
        return merged[h];
    }

    /** The entry that is centre {@code i}. */
    int centre(int h, int i) {
        return order[h * capacity + i];
    }

    /** The entry that is to be merged as number {@code i}. */
    int merged(int h, int i) {
        return order[h * capacity + centres[h] + i];
    }

    /** The centres, and behind them the entries to be merged. */
    int entry(int h, int i) {
        return order[h * capacity + i];
    }

    float mass(int h, int entry) {
        return mass[h * capacity + entry];
    }
}
