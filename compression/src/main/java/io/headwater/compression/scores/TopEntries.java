/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import java.util.Arrays;

/** Entries by descending score; of equal ones the lower entry comes first, so a selection never depends on how it is computed. */
public final class TopEntries {
    private final long[] keys;

    public TopEntries(int capacity) {
        keys = new long[capacity];
    }

    /** Fills {@code order} with entries [from, to) by descending score. NaN ranks as −∞. */
    public void order(float[] scores, int from, int to, int[] order) {
        for (int entry = from; entry < to; entry++) {
            keys[entry - from] = (long) ~ascending(scores[entry]) << 32 | entry;
        }
        Arrays.sort(keys, 0, to - from);
        for (int i = 0; i < to - from; i++) {
            order[i] = (int) keys[i];
        }
    }

    /** Fills {@code kept[0 … count)} with the best of entries [0, n), ascending. */
    public void select(float[] scores, int n, int count, int[] kept) {
        order(scores, 0, n, kept);
        Arrays.sort(kept, 0, count);
    }

    /** An int that compares as the float does. */
    private static int ascending(float x) {
        int bits = Float.floatToIntBits(Float.isNaN(x) ? Float.NEGATIVE_INFINITY : x + 0f); // −0 is 0
        return bits < 0 ? ~bits ^ Integer.MIN_VALUE : bits;
    }
}
