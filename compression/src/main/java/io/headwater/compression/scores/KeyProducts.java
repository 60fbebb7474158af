/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;

import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.QueryRows;

/**
 * Dot products of a few rows with all keys of a head, {@code z[rows, capacity]}, by the attention kernels: rows are their queries,
 * entries lie in lanes. Biases take no part. Scratch, one owner thread.
 */
public final class KeyProducts {
    private final Kernels kernels;
    private final int headDim;
    private final int capacity;
    private final float[] rows;
    private final QueryRows queries;
    private final AttentionScratch scratch;
    private final float[] products;

    public KeyProducts(Kernels kernels, KvLayout layout, int capacityRows, int capacityEntries) {
        this.kernels = kernels;
        this.headDim = layout.headDim();
        this.capacity = capacityEntries;
        rows = new float[Math.multiplyExact(capacityRows, headDim)];
        queries = QueryRows.withoutValues(rows, capacityRows, 1);
        scratch = new AttentionScratch(capacityRows, layout);
        products = new float[Math.multiplyExact(capacityRows, capacityEntries)];
    }

    /** Where the caller puts its rows, {@code [capacityRows, headDim]}. */
    public float[] rows() {
        return rows;
    }

    /** Multiplies the first {@code n} rows with keys [0, entries). */
    public void multiply(KvBlocks kv, int n, int entries) {
        KvBlocks keys = set(kv, n, entries);
        for (int chunk = 0; chunk * CHUNK_ENTRIES < entries; chunk++) {
            chunk(keys, chunk, chunk * CHUNK_ENTRIES);
        }
    }

    /** Multiplies the first {@code n} rows with one chunk's keys below {@code entries}; the first key's product begins a row. */
    void multiplyChunk(KvBlocks kv, int n, int entries, int chunk) {
        chunk(set(kv, n, entries), chunk, 0);
    }

    private KvBlocks set(KvBlocks kv, int n, int entries) {
        queries.clear();
        for (int row = 0; row < n; row++) {
            queries.add(row * headDim, entries);
        }
        return new WithoutBias(kv);
    }

    private void chunk(KvBlocks keys, int chunk, int column) {
        kernels.scores().logits(keys, chunk, queries, scratch);
        for (int row = 0; row < queries.rows(); row++) {
            int from = row * CHUNK_ENTRIES;
            System.arraycopy(scratch.scores(), from, products, at(row) + column, queries.visibleIn(row, chunk));
        }
    }

    /** The products of all rows; a row's begin at {@link #at}. */
    public float[] products() {
        return products;
    }

    public int at(int row) {
        return row * capacity;
    }
}
