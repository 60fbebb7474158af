/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.SequenceCache;
import io.headwater.tensors.kernels.Attention;
import java.util.Arrays;

/**
 * One worker's chunks of a layer, where a step is a few rows of one sequence: heads may differ in length, so each chunk goes to the worker that has least to
 * read so far, whole ones before what is left of heads. Every worker deals for itself, all alike.
 */
final class ChunkDeal {
    private int[] heads = new int[16];
    private int[] chunks = new int[16];
    /** What each worker has so far. */
    private int[] entries = {};

    private int count = -1;

    /** Nothing is dealt: items are taken as they come. */
    void none() {
        count = -1;
    }

    boolean dealt() {
        return count >= 0;
    }

    /**
     * Deals a layer's entries and {@code rows} more of each head, if each worker has at most {@code mostEntries} of them in the mean.
     */
    void deal(SequenceCache cache, int layer, int rows, int worker, int workers, int mostEntries) {
        int kvHeads = cache.shape().kvHeads();
        long all = 0;
        for (int head = 0; head < kvHeads; head++) {
            all += cache.head(layer, head).length() + rows;
        }
        if (all > (long) mostEntries * workers) {
            none();
            return;
        }
        if (entries.length != workers) {
            entries = new int[workers];
        }
        Arrays.fill(entries, 0);
        count = 0;
        for (int head = 0; head < kvHeads; head++) {
            int whole = (cache.head(layer, head).length() + rows) / Attention.CHUNK_ENTRIES;
            for (int chunk = 0; chunk < whole; chunk++) {
                give(head, chunk, Attention.CHUNK_ENTRIES, worker);
            }
        }
        for (int head = 0; head < kvHeads; head++) {
            int length = cache.head(layer, head).length() + rows;
            int rest = length % Attention.CHUNK_ENTRIES;
            if (rest > 0) {
                give(head, length / Attention.CHUNK_ENTRIES, rest, worker);
            }
        }
    }

    private void give(int head, int chunk, int size, int worker) {
        int to = 0;
        for (int other = 1; other < entries.length; other++) {
            to = entries[other] < entries[to] ? other : to;
        }
        entries[to] += size;
        if (to == worker) {
            if (count == heads.length) {
                heads = Arrays.copyOf(heads, 2 * count);
                chunks = Arrays.copyOf(chunks, 2 * count);
            }
            heads[count] = head;
            chunks[count] = chunk;
            count++;
        }
    }

    int count() {
        return count;
    }

    int head(int i) {
        return heads[i];
    }

    int chunk(int i) {
        return chunks[i];
    }
}
