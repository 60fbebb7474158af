/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

/**
 * A row as one long whose ascending order is the cumulative order: logit falling, then id rising. −0 and +0 are the same logit
 * (both come back as +0). NaN has no key: rows are checked before they are ranked.
 */
final class RowKey {
    private RowKey() {}

    static long of(float logit, int token) {
        int bits = Float.floatToRawIntBits(logit + 0f); // −0 + 0 is +0
        return ((long) ~rising(bits) << 32) | token;
    }

    static int token(long key) {
        return (int) key;
    }

    static float logit(long key) {
        return Float.intBitsToFloat(rising(~(int) (key >> 32)));
    }

    /** Maps float bits to ints of the same order; its own inverse. */
    private static int rising(int bits) {
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }
}
