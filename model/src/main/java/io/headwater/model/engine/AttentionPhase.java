/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.tensors.kernels.Attention;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.QueryRows;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Attention of a step's rows on one shard, shared out over workers.
 *
 * <p>Few rows of one sequence (decode): an item is a chunk of one KV head, so that a long context keeps all workers busy; the chunks
 * are merged in the next phase. Where a worker's share of a layer is small, items are dealt out, so that it knows beforehand what it will read. Every other step: an item is a block of one sequence's rows and a KV head over all its chunks, merged at once
 * by the worker that has them in its own room. The bits are the same: chunks are cut at multiples of 256 entries and merged in ascending order
 * either way.
 */
final class AttentionPhase {
    /** Up to this many rows of one sequence are shared out by chunks. */
    private static final int FEW_ROWS = 4;

    /** Bytes of a layer's cache that a worker can have waiting in its core's second-level cache beside everything else. */
    private static final int NEAR_BYTES = 256 << 10;

    /** Query rows that share one pass over a KV head in prefill. */
    private static final int QUERY_ROWS = 32;

    private final ShardGeometry geometry;
    private final StepBuffers buffers;
    private final Attention attention;
    private final QueryRows[] shared;
    private final AttentionItems blocks;
    private final AtomicInteger nextItem = new AtomicInteger();
    private final StepBatch batch;
    private final int cacheIndex;
    private final int nearEntries;
    private int layer;
    private int chunks;
    private boolean byChunks;

    /** {@code cacheIndex}: which of a sequence's caches is this shard's. */
    AttentionPhase(
            ShardGeometry geometry,
            StepBuffers buffers,
            Attention attention,
            KvLayout layout,
            int contextLength,
            StepBatch batch,
            int cacheIndex) {
        this.geometry = geometry;
        this.buffers = buffers;
        this.attention = attention;
        this.batch = batch;
        this.cacheIndex = cacheIndex;
        this.nearEntries = NEAR_BYTES * KvLayout.BLOCK_ENTRIES / layout.blockBytes();
        int group = geometry.config().groupSize();
        blocks = new AttentionItems(buffers.capacityRows(), Math.max(1, QUERY_ROWS / group));
        int capacityChunks = WorkerScratch.chunks(contextLength);
        shared = new QueryRows[geometry.kvHeads()];
        for (int head = 0; head < shared.length; head++) {
            shared[head] = new QueryRows(buffers.q, FEW_ROWS * group, capacityChunks, layout);
        }
    }

    /** Query rows that a worker must have room for, alone or with the shared rows of a short step. */
    static int queryRowsPerWorker(int groupSize) {
        return Math.max(FEW_ROWS, QUERY_ROWS / groupSize) * groupSize;
    }

    /** One worker, before the step's first barrier. */
    void beginStep() {
        byChunks = batch.runs() == 1 && batch.rows() <= FEW_ROWS;
        if (byChunks) {
            boolean columnSums = batch.sequence(0).cache(cacheIndex).kept().columnSums();
            for (QueryRows head : shared) {
                head.keepWeights(
                        columnSums
                                ? geometry.config().groupSize()
                                : 0); // one token's: room that long contexts can spare
            }
        }
        if (!byChunks) {
            blocks.fill(batch);
        }
    }

    /** One worker, before the barrier that starts the phase. */
    void begin(int layer) {
        this.layer = layer;
        nextItem.set(0);
        if (byChunks) {
            for (int head = 0; head < shared.length; head++) {
                fill(shared[head], head, 0, batch.rows());
            }
            chunks = 0;
            for (QueryRows head : shared) {
                chunks = Math.max(chunks, head.chunks(head.rows() - 1));
            }
        }
    }

    /** After the merge: a KV head's query rows with their totals and weights, if that is what the step had. */
    @Nullable
    QueryRows withWeights(int kvHead) {
        return byChunks && shared[kvHead].keepsWeights() ? shared[kvHead] : null;
    }

    /**
     * Reads over what a worker will attend to in {@link #run}, if it is little enough to stay near: memory answers many reads at a time only where no
     * arithmetic waits for them.
     */
    void approach(int layer, int worker, int workers, WorkerScratch scratch) {
        ChunkDeal deal = scratch.deal;
        if (!byChunks) {
            deal.none();
            return;
        }
        SequenceCache cache = batch.sequence(0).cache(cacheIndex);
        deal.deal(cache, layer, batch.rows(), worker, workers, nearEntries);
        int touched = 0;
        for (int i = 0; i < deal.count(); i++) {
            touched ^= cache.head(layer, deal.head(i))
                    .touch(deal.chunk(i) * Attention.CHUNK_ENTRIES, Attention.CHUNK_ENTRIES);
        }
        scratch.attention.touched(touched);
    }

    private HeadCache cache(int row, int kvHead) {
        return batch.sequence(batch.run(row)).cache(cacheIndex).head(layer, kvHead);
    }

    /** Rows of one sequence see the entries stored before this step, and of this step's those up to their own. */
    private void fill(QueryRows queries, int kvHead, int fromRow, int toRow) {
        int group = geometry.config().groupSize();
        int headDim = geometry.config().headDim();
        int visible = cache(fromRow, kvHead).length() + batch.index(fromRow);
        queries.clear();
        for (int row = fromRow; row < toRow; row++) {
            visible++;
            for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
                queries.add(row * geometry.queryDim() + head * headDim, visible);
            }
        }
    }

    /** Every worker: its own items where they were dealt out, or else items until there are none. */
    void run(WorkerScratch scratch) {
        if (scratch.deal.dealt()) {
            for (int i = 0; i < scratch.deal.count(); i++) {
                chunk(scratch.deal.head(i), scratch.deal.chunk(i), scratch);
            }
            return;
        }
        int kvHeads = geometry.kvHeads();
        int items = kvHeads * (byChunks ? chunks : blocks.count());
        for (int item = nextItem.getAndIncrement(); item < items; item = nextItem.getAndIncrement()) {
            if (byChunks) {
                chunk(item % kvHeads, chunks - 1 - item / kvHeads, scratch);
            } else {
                int fromRow = blocks.firstRow(item / kvHeads);
                rows(item % kvHeads, fromRow, blocks.end(batch, fromRow), scratch);
            }
        }
    }

    private void chunk(int kvHead, int chunk, WorkerScratch scratch) {
        QueryRows queries = shared[kvHead];
        if (chunk < queries.chunks(queries.rows() - 1)) { // heads may differ in length
            attention.chunk(cache(0, kvHead), chunk, queries, scratch.attention);
        }
    }

    private void rows(int kvHead, int fromRow, int toRow, WorkerScratch scratch) {
        QueryRows queries = scratch.queries;
        HeadCache cache = cache(fromRow, kvHead);
        fill(queries, kvHead, fromRow, toRow);
        int all = queries.chunks(queries.rows() - 1);
        for (int chunk = 0; chunk < all; chunk++) {
            attention.chunk(cache, chunk, queries, scratch.attention);
        }
        merge(queries, kvHead, fromRow, toRow, fromRow);
    }

    /** After the barrier: merges one row's chunks, if that is still to do. */
    void mergeRow(int row) {
        if (byChunks) {
            for (int kvHead = 0; kvHead < shared.length; kvHead++) {
                merge(shared[kvHead], kvHead, row, row + 1, 0);
            }
        }
    }

    private void merge(QueryRows queries, int kvHead, int fromRow, int toRow, int firstRow) {
        int group = geometry.config().groupSize();
        int headDim = geometry.config().headDim();
        for (int row = fromRow; row < toRow; row++) {
            for (int i = 0; i < group; i++) {
                int out = row * geometry.queryDim() + (kvHead * group + i) * headDim;
                int query = (row - firstRow) * group + i;
                attention.merge(queries, query, buffers.attended.values(), out, headDim);
                int head = row * buffers.queryHeads + kvHead * group + i;
                buffers.softmaxMax[head] = queries.max()[query];
                buffers.softmaxSum[head] = queries.sum()[query];
            }
        }
    }
}
