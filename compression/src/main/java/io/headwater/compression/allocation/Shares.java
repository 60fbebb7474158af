/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import java.util.Arrays;

/**
 * Divides a total in proportion to whole weights, exactly: largest remainder, of equal ones the lower index, and nobody below the
 * least or above the most. Integers only, so the same everywhere.
 */
final class Shares {
    private final long[] weights;
    private final BudgetLimits limits;
    private final int[] shares;
    private final boolean[] fixed;
    private long room;
    private long freeWeight;

    private Shares(long[] weights, BudgetLimits limits) {
        this.weights = weights;
        this.limits = limits;
        shares = new int[weights.length];
        fixed = new boolean[weights.length];
        room = (long) limits.mean() * weights.length;
    }

    /** One share for each weight; together {@code limits.mean() · weights.length}. */
    static int[] of(long[] weights, BudgetLimits limits) {
        if (Arrays.stream(weights).anyMatch(w -> w <= 0)) {
            throw new IllegalArgumentException("weights=" + Arrays.toString(weights));
        }
        Shares division = new Shares(weights, limits);
        division.fixWhatIsOutside();
        division.roundTheRest();
        return division.shares;
    }

    /** Sets those to a limit whose share lies beyond it, the side that misses more first, until all other shares lie within. */
    private void fixWhatIsOutside() {
        while (true) {
            freeWeight = 0;
            for (int i = 0; i < weights.length; i++) {
                freeWeight += fixed[i] ? 0 : weights[i];
            }
            long below = 0;
            long above = 0;
            for (int i = 0; i < weights.length; i++) {
                if (!fixed[i]) {
                    below += Math.max(0, -beyond(i, limits.least()));
                    above += Math.max(0, beyond(i, limits.most()));
                }
            }
            if (below == 0 && above == 0) {
                return;
            }
            fix(below >= above, above >= below);
        }
    }

    /** By how much a free one's share lies above a limit, times the free ones' weight. */
    private long beyond(int i, int limit) {
        return Math.subtractExact(Math.multiplyExact(room, weights[i]), Math.multiplyExact(freeWeight, (long) limit));
    }

    private void fix(boolean low, boolean high) {
        long given = 0;
        for (int i = 0; i < weights.length; i++) {
            boolean tooLow = low && !fixed[i] && beyond(i, limits.least()) < 0;
            boolean tooHigh = high && !fixed[i] && beyond(i, limits.most()) > 0;
            if (tooLow || tooHigh) {
                shares[i] = tooLow ? limits.least() : limits.most();
                given += shares[i];
                fixed[i] = true;
            }
        }
        room -= given;
    }

    private void roundTheRest() {
        long[] remainders = new long[weights.length];
        long left = room;
        for (int i = 0; i < weights.length; i++) {
            remainders[i] = -1;
            if (!fixed[i]) {
                shares[i] = Math.toIntExact(room * weights[i] / freeWeight);
                remainders[i] = room * weights[i] % freeWeight;
                left -= shares[i];
            }
        }
        for (; left > 0; left--) {
            int largest = 0;
            for (int i = 1; i < weights.length; i++) {
                largest = remainders[i] > remainders[largest] ? i : largest;
            }
            shares[largest]++;
            remainders[largest] = -1;
        }
    }
}
