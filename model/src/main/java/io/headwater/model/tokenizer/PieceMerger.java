/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

/**
 * SentencePiece merging of one text: of all neighbours that are a token together, the pair of the highest score merges, the
 * leftmost among equals, until none is left. O(n log n).
 */
final class PieceMerger {
    private static final int DEAD = -1;

    private final SentencePieceEncoder vocabulary;
    private final String text;
    private final LongMinHeap candidates = new LongMinHeap();
    /** By the char index at which a piece begins: where it ends, exclusive; {@link #DEAD} where no piece begins. */
    private final int[] ends;
    /** By the char index at which a piece begins: where the one before it begins; −1 for the first. */
    private final int[] previous;

    PieceMerger(SentencePieceEncoder vocabulary, String text) {
        this.vocabulary = vocabulary;
        this.text = text;
        ends = new int[text.length()];
        previous = new int[text.length()];
    }

    void merge(PreTokenizer.Words pieces) {
        cutIntoCharacters();
        for (int left = 0; left < text.length(); left = ends[left]) {
            propose(left);
        }
        while (!candidates.isEmpty()) {
            long candidate = candidates.take();
            int left = LongMinHeap.position(candidate);
            int token = tokenAt(left);
            if (token >= 0 && priority(token) == LongMinHeap.priority(candidate)) { // else it is stale
                join(left);
            }
        }
        for (int from = 0; from < text.length(); from = ends[from]) {
            pieces.word(from, ends[from]);
        }
    }

    private void cutIntoCharacters() {
        int before = -1;
        for (int start = 0; start < text.length(); start = ends[start]) {
            ends[start] = start + Character.charCount(text.codePointAt(start));
            previous[start] = before;
            if (ends[start] - start == 2) {
                ends[start + 1] = DEAD;
            }
            before = start;
        }
    }

    private void join(int left) {
        int right = ends[left];
        ends[left] = ends[right];
        ends[right] = DEAD;
        if (ends[left] < text.length()) {
            previous[ends[left]] = left;
        }
        if (previous[left] >= 0) {
            propose(previous[left]);
        }
        propose(left);
    }

    private void propose(int left) {
        int token = tokenAt(left);
        if (token >= 0) {
            candidates.add(LongMinHeap.candidate(priority(token), left));
        }
    }

    /** The token that the piece at {@code left} and its right neighbour make together, or {@link Vocabulary#NONE}. */
    private int tokenAt(int left) {
        int right = ends[left];
        return right == DEAD || right == text.length() ? Vocabulary.NONE : vocabulary.find(text, left, ends[right]);
    }

    /** Falls as the score rises, −0 as 0: the heap gives the smallest first. */
    private int priority(int token) {
        int bits = Float.floatToIntBits(vocabulary.score(token) + 0.0f);
        return ~(bits ^ ((bits >> 31) & Integer.MAX_VALUE));
    }
}
