/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.util.Arrays;

/**
 * Byte-pair merging of one word: of all neighbours that can merge, the pair of the lowest rank does, the leftmost among equals,
 * until none can. O(n log n), so that a word of a megabyte does no harm.
 */
final class WordMerger {
    private final MergeTable merges;
    private final LongMinHeap candidates = new LongMinHeap();
    private final int[] symbols;
    private final int[] previous;
    private final int[] next;

    /** @param symbols ids of the word's bytes; consumed by this object */
    WordMerger(MergeTable merges, int[] symbols) {
        this.merges = merges;
        this.symbols = symbols;
        this.previous = new int[symbols.length];
        this.next = new int[symbols.length];
        for (int i = 0; i < symbols.length; i++) {
            previous[i] = i - 1;
            next[i] = i + 1 == symbols.length ? -1 : i + 1;
        }
    }

    /** The merged ids. A symbol that is {@link Vocabulary#NONE}, a byte without a token, merges with nothing and is left out. */
    int[] merge() {
        for (int left = 0; left + 1 < symbols.length; left++) {
            propose(left);
        }
        while (!candidates.isEmpty()) {
            long candidate = candidates.take();
            int left = LongMinHeap.position(candidate);
            long merge = mergeAt(left);
            if (merge != MergeTable.NO_MERGE
                    && MergeTable.rank(merge) == LongMinHeap.priority(candidate)) { // else it is stale
                join(left, MergeTable.merged(merge));
            }
        }
        return remaining();
    }

    private int[] remaining() {
        int[] ids = new int[symbols.length];
        int count = 0;
        for (int i = 0; i >= 0; i = next[i]) {
            if (symbols[i] != Vocabulary.NONE) {
                ids[count++] = symbols[i];
            }
        }
        return Arrays.copyOf(ids, count);
    }

    private void join(int left, int merged) {
        int right = next[left];
        symbols[left] = merged;
        symbols[right] = Vocabulary.NONE;
        next[left] = next[right];
        if (next[right] >= 0) {
            previous[next[right]] = left;
        }
        propose(left);
        if (previous[left] >= 0) {
            propose(previous[left]);
        }
    }

    private void propose(int left) {
        long merge = mergeAt(left);
        if (merge != MergeTable.NO_MERGE) {
            candidates.add(LongMinHeap.candidate(MergeTable.rank(merge), left));
        }
    }

    private long mergeAt(int left) {
        return symbols[left] == Vocabulary.NONE || next[left] < 0
                ? MergeTable.NO_MERGE
                : merges.find(symbols[left], symbols[next[left]]);
    }
}
