/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

/** A score as an integer of 32 bits without sign that rises where the score rises: nothing is lost, so no two shards can round differently. */
final class ScoreKey {
    /** Above every key. */
    static final long END = 1L << 32;

    private ScoreKey() {}

    /** From 0 to {@link #END} − 1. −0 is 0, NaN is −∞. */
    static long of(float score) {
        int bits = Float.floatToIntBits(Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score + 0f);
        return Integer.toUnsignedLong(bits < 0 ? ~bits : bits ^ Integer.MIN_VALUE);
    }
}
