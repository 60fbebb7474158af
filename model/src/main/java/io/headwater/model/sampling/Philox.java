/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

/**
 * Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011; constants and known answers from the authors' Random123). The key is the seed, the counter is the index of the
 * token in the session, so a number needs no state: a replay, another node or a skipped token changes nothing.
 */
final class Philox {
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final int ROUNDS = 10;
    private static final long LOW_32 = 0xFFFFFFFFL;

    private final int[] words = new int[4];

    /** A number in [0, 1) with 53 random bits, a function of (seed, tokenIndex) alone. */
    double uniform(long seed, long tokenIndex) {
        block(tokenIndex, 0L, seed, words);
        long bits = ((words[1] & LOW_32) << 32) | (words[0] & LOW_32);
        return (bits >>> 11) * 0x1p-53;
    }

    /** One block of four words; the 128-bit counter and the 64-bit key are given low word first. */
    static void block(long counterLow, long counterHigh, long key, int[] out) {
        int c0 = (int) counterLow;
        int c1 = (int) (counterLow >>> 32);
        int c2 = (int) counterHigh;
        int c3 = (int) (counterHigh >>> 32);
        int k0 = (int) key;
        int k1 = (int) (key >>> 32);
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (c0 & LOW_32);
            long product1 = MULTIPLIER_1 * (c2 & LOW_32);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        out[0] = c0;
        out[1] = c1;
        out[2] = c2;
        out[3] = c3;
    }
}
