/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

/**
 * The best rows of what was offered, at most {@code capacity}, by (logit falling, id rising). A heap of {@link RowKey}s whose
 * root is the worst row kept; nothing is allocated after construction.
 */
final class BestRows {
    /** As many rows as a shard sends unasked. */
    static final int SENT = 256;

    private final long[] keys;
    private int size;

    BestRows(int capacity) {
        keys = new long[capacity];
    }

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    /** The key at a rank, 0 = best; only after {@link #sort()}. */
    long key(int rank) {
        return keys[rank];
    }

    /** Offers rows {@code x[from, to)}, whose ids are {@code firstToken + index}. */
    void offerAll(float[] x, int from, int to, int firstToken) {
        int i = from;
        for (; i < to && size < keys.length; i++) {
            offer(RowKey.of(x[i], firstToken + i));
        }
        if (keys.length == 0) {
            return;
        }
        float worst = RowKey.logit(keys[0]);
        for (; i < to; i++) {
            if (x[i] >= worst) { // the common case is one comparison; the key decides about ties
                offer(RowKey.of(x[i], firstToken + i));
                worst = RowKey.logit(keys[0]);
            }
        }
    }

    void offer(long key) {
        if (size < keys.length) {
            siftUp(key);
        } else if (size > 0 && key < keys[0]) {
            LongHeap.siftDown(keys, 0, size, key);
        }
    }

    private void siftUp(long key) {
        int hole = size++;
        while (hole > 0 && keys[(hole - 1) / 2] < key) {
            keys[hole] = keys[(hole - 1) / 2];
            hole = (hole - 1) / 2;
        }
        keys[hole] = key;
    }

    /** Puts the best row first. Then rows may be read, and none may be offered until {@link #clear()}. */
    void sort() {
        for (int last = size - 1; last > 0; last--) {
            long key = keys[last];
            keys[last] = keys[0];
            LongHeap.siftDown(keys, 0, last, key);
        }
    }
}
