/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

/**
 * All rows of the vocabulary in the cumulative order (logit falling, id rising), ranked only as far as someone reads. The first
 * ranks come from the merged best rows; a higher one fetches all rows (in a cluster: one more exchange). The order is total, so
 * nobody can tell where a rank came from.
 */
final class RankedRows {
    /** The best rows in descending rank at the end; before them a heap of the others, its keys negated so the best is the root. */
    private final long[] keys;

    private float[] allRows = new float[0];
    private BestRows best = new BestRows(0);
    private boolean fetched;
    private int ranked;

    RankedRows(int vocabSize) {
        keys = new long[vocabSize];
    }

    /** Begins a new row of logits: its best rows, sorted, and all of them {@code [vocabSize]}, read only if they are needed. */
    void reset(BestRows bestRows, float[] rows) {
        best = bestRows;
        allRows = rows;
        fetched = false;
        ranked = 0;
    }

    int size() {
        return keys.length;
    }

    float logit(int rank) {
        return RowKey.logit(key(rank));
    }

    int token(int rank) {
        return RowKey.token(key(rank));
    }

    /** Whether a rank beyond the best rows was asked for. */
    boolean fetched() {
        return fetched;
    }

    private long key(int rank) {
        if (rank < best.size()) {
            return best.key(rank);
        }
        if (!fetched) {
            fetch();
        }
        while (ranked <= rank) {
            rankNext();
        }
        return ~keys[keys.length - 1 - rank];
    }

    private void fetch() {
        for (int row = 0; row < keys.length; row++) {
            keys[row] = ~RowKey.of(allRows[row], row);
        }
        LongHeap.build(keys, keys.length);
        fetched = true;
    }

    private void rankNext() {
        int last = keys.length - 1 - ranked;
        long moved = keys[last];
        keys[last] = keys[0];
        LongHeap.siftDown(keys, 0, last, moved);
        ranked++;
    }
}
