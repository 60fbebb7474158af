/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import java.util.Arrays;

/**
 * What the heads of a model report for a {@link Contest}, as integers that shards add up: each fills the slots of its own heads, all others stay 0,
 * and the sum over the shards, in whatever order, is the table of all heads. A head's slot is a word with its length and then its keys, two in a word:
 * key i is the score of the entry that ranks {@code floor + i · chunk} in its head, in the form of {@link ScoreKey}. No more keys than the head could win.
 *
 * <p>Reused: {@link #clear}, then {@link #put} for each own head (workers may share a table, not a head), then the exchange of
 * {@link #words}.
 */
public final class ScoreTable {
    private static final int KEY_BITS = 32;
    private static final long KEY_MASK = (1L << KEY_BITS) - 1;

    private final Contest contest;
    private final int keysPerHead;
    private final int wordsPerHead;
    private final long[] words;

    /** {@code longest}: entries that no head exceeds, a number that all shards know alike, for example the session's tokens so far. */
    public ScoreTable(Contest contest, int longest) {
        this.contest = contest;
        keysPerHead = contest.keysPerHead(longest);
        wordsPerHead = 1 + Math.ceilDiv(keysPerHead, 2);
        words = new long[Math.multiplyExact(contest.nLayers() * contest.kvHeads(), wordsPerHead)];
    }

    public Contest contest() {
        return contest;
    }

    /** What shards add up: {@code nLayers} rows of {@link #rowWords}. */
    public long[] words() {
        return words;
    }

    /** Words of a layer. */
    public int rowWords() {
        return contest.kvHeads() * wordsPerHead;
    }

    public void clear() {
        Arrays.fill(words, 0);
    }

    /**
     * Fills the slot of head {@code layer · kvHeads + KV head}, counted over the whole model. {@code scores[0 … length)}: what is protected +∞; {@code order[0 … length)}: its entries by descending score, as {@code
     * TopEntries} has them.
     */
    public void put(int head, float[] scores, int[] order, int length) {
        int at = head * wordsPerHead;
        Arrays.fill(words, at, at + wordsPerHead, 0);
        words[at] = length;
        for (int i = 0; i < keys(head); i++) {
            int rank = contest.floor() + i * contest.chunk();
            words[at + 1 + i / 2] |= ScoreKey.of(scores[order[rank]]) << (i % 2 * KEY_BITS);
        }
    }

    /** Entries that a head holds. */
    public int length(int head) {
        return Math.toIntExact(words[head * wordsPerHead]);
    }

    /** How many chunks a head holds beyond its floor, as far as it could win them. */
    int keys(int head) {
        return Math.min(keysPerHead, Math.ceilDiv(Math.max(0, length(head) - contest.floor()), contest.chunk()));
    }

    /** How many of a head's chunks begin with a key of at least {@code key}: keys fall. */
    int atLeast(int head, long key) {
        int low = 0;
        int high = keys(head);
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (key(head, middle) >= key) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long key(int head, int i) {
        return (words[head * wordsPerHead + 1 + i / 2] >>> (i % 2 * KEY_BITS)) & KEY_MASK;
    }
}
