/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.tensors.kernels.Attention;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.QueryRows;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Attention of a step's rows on one shard, shared out over workers.
 *
 * <p>Few rows (decode): an item is a chunk of one KV head, so that a long context keeps all workers busy; the chunks are merged in
 * the next phase. Many rows (prefill): an item is a block of rows of one KV head over all its chunks, merged at once. The bits are
 * the same: chunks are cut at multiples of 256 entries and merged in ascending order either way.
 */
final class AttentionPhase {
    /** Up to this many rows a step is shared out by chunks. */
    private static final int FEW_ROWS = 4;

    /** Query rows that share one pass over a KV head in prefill. */
    private static final int QUERY_ROWS = 32;

    private final ShardGeometry geometry;
    private final StepBuffers buffers;
    private final Attention attention;
    private final QueryRows[] shared;
    private final AtomicInteger nextItem = new AtomicInteger();
    private final int rowsPerBlock;
    private final Step step;
    private final int shard;
    private int layer;
    private int itemsPerHead;

    AttentionPhase(
            ShardGeometry geometry,
            StepBuffers buffers,
            Attention attention,
            KvLayout layout,
            int contextLength,
            Step step,
            int shard) {
        this.geometry = geometry;
        this.buffers = buffers;
        this.attention = attention;
        this.step = step;
        this.shard = shard;
        this.rowsPerBlock = Math.max(1, QUERY_ROWS / geometry.config().groupSize());
        int chunks = WorkerScratch.chunks(contextLength);
        shared = new QueryRows[geometry.kvHeads()];
        for (int head = 0; head < shared.length; head++) {
            shared[head] = new QueryRows(buffers.q, FEW_ROWS * geometry.config().groupSize(), chunks, layout);
        }
    }

    /** Query rows that a worker must have room for, alone or with the shared rows of a short step. */
    static int queryRowsPerWorker(int groupSize) {
        return Math.max(FEW_ROWS, QUERY_ROWS / groupSize) * groupSize;
    }

    /** One worker, before the barrier that starts the phase. */
    void begin(int layer) {
        this.layer = layer;
        nextItem.set(0);
        if (sharedByChunks()) {
            for (int head = 0; head < shared.length; head++) {
                fill(shared[head], head, 0, step.rows);
            }
            itemsPerHead = shared.length == 0 ? 0 : shared[0].chunks(shared[0].rows() - 1);
        } else {
            itemsPerHead = (step.rows + rowsPerBlock - 1) / rowsPerBlock;
        }
    }

    private boolean sharedByChunks() {
        return step.rows <= FEW_ROWS;
    }

    private HeadCache cache(int kvHead) {
        return step.sequence.cache(shard).head(layer, kvHead);
    }

    /** Rows see the entries stored before this step, and of this step's those up to their own. */
    private void fill(QueryRows queries, int kvHead, int fromRow, int toRow) {
        int group = geometry.config().groupSize();
        int headDim = geometry.config().headDim();
        int stored = cache(kvHead).length();
        queries.clear();
        for (int row = fromRow; row < toRow; row++) {
            for (int head = kvHead * group; head < (kvHead + 1) * group; head++) {
                queries.add(row * geometry.queryDim() + head * headDim, stored + row + 1);
            }
        }
    }

    /** Every worker: takes items until there are none. The last come first in prefill, since they see most. */
    void run(WorkerScratch scratch) {
        int items = itemsPerHead * geometry.kvHeads();
        for (int item = nextItem.getAndIncrement(); item < items; item = nextItem.getAndIncrement()) {
            int kvHead = item % geometry.kvHeads();
            int index = itemsPerHead - 1 - item / geometry.kvHeads();
            if (sharedByChunks()) {
                attention.chunk(cache(kvHead), index, shared[kvHead], scratch.attention);
            } else {
                rows(kvHead, index * rowsPerBlock, Math.min(step.rows, (index + 1) * rowsPerBlock), scratch);
            }
        }
    }

    private void rows(int kvHead, int fromRow, int toRow, WorkerScratch scratch) {
        QueryRows queries = scratch.queries;
        fill(queries, kvHead, fromRow, toRow);
        int chunks = queries.chunks(queries.rows() - 1);
        for (int chunk = 0; chunk < chunks; chunk++) {
            attention.chunk(cache(kvHead), chunk, queries, scratch.attention);
        }
        merge(queries, kvHead, fromRow, toRow, fromRow);
    }

    /** After the barrier: merges one row's chunks, if that is still to do. */
    void mergeRow(int row) {
        if (sharedByChunks()) {
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
                attention.merge(queries, (row - firstRow) * group + i, buffers.attended.values(), out, headDim);
            }
        }
    }
}
