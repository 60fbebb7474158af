/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.tensors.kernels.QueryRows;

/**
 * What is done after attention's merge to the heads of some of a step's sequences: items are (sequence, KV head, chunk of entries), dealt out to the
 * workers in turn, so one worker meets all rows of an item in their order, and the bits do not depend on batch or workers.
 */
final class HeadChunks {
    private final int kvHeads;
    private final int groupSize;
    private final int headDim;
    private final int workers;
    private final int rowsPerBlock;
    private final StepBuffers buffers;
    private final StepBatch batch;
    private final Work work;
    private final int[] runs;
    private final int[] firstItems;
    private int runCount;

    HeadChunks(ShardGeometry geometry, int workers, StepBuffers buffers, StepBatch batch, Work work) {
        this.kvHeads = geometry.kvHeads();
        this.groupSize = geometry.config().groupSize();
        this.headDim = geometry.config().headDim();
        this.workers = workers;
        this.rowsPerBlock = AttentionPhase.queryRowsPerWorker(groupSize) / groupSize;
        this.buffers = buffers;
        this.batch = batch;
        this.work = work;
        this.runs = new int[batch.maxRows()];
        this.firstItems = new int[batch.maxRows() + 1];
    }

    /** One worker, before the step's first barrier: no runs. */
    void clear() {
        runCount = 0;
    }

    /** One worker, before the step's first barrier: that run too, whose longest head has so many entries to be met. */
    void add(int run, int entries) {
        runs[runCount] = run;
        firstItems[runCount + 1] = firstItems[runCount] + WorkerScratch.chunks(entries) * kvHeads;
        runCount++;
    }

    /** Whether there is any run. */
    boolean any() {
        return runCount > 0;
    }

    /** A worker's items of a layer. */
    void run(int layer, int worker, WorkerScratch scratch) {
        for (int i = 0; i < runCount; i++) {
            for (int item = firstItems[i]; item < firstItems[i + 1]; item++) {
                if (item % workers == worker) {
                    int at = item - firstItems[i];
                    work.chunk(runs[i], layer, at % kvHeads, at / kvHeads, scratch);
                }
            }
        }
    }

    /** Where the block of rows ends that begins at a row of the run: as many as {@link #fill} takes. */
    int blockEnd(int run, int row) {
        return Math.min(batch.firstRow(run + 1), row + rowsPerBlock);
    }

    /** Entries that a row's queries see of a head. */
    int visible(HeadCache head, int row) {
        return head.length() + batch.index(row) + 1;
    }

    /** The queries of rows [fromRow, toRow) to {@code queries}, with the totals that attention has found. */
    void fill(QueryRows queries, HeadCache head, int kvHead, int fromRow, int toRow) {
        queries.clear();
        for (int row = fromRow; row < toRow; row++) {
            for (int i = 0; i < groupSize; i++) {
                int query = row * buffers.queryHeads + kvHead * groupSize + i;
                queries.max()[queries.rows()] = buffers.softmaxMax[query];
                queries.sum()[queries.rows()] = buffers.softmaxSum[query];
                queries.add(query * headDim, visible(head, row));
            }
        }
    }

    /** What is done to one item. */
    @FunctionalInterface
    interface Work {
        /** {@code chunk} of {@link io.headwater.tensors.kernels.Attention#CHUNK_ENTRIES} entries; a head may be shorter than that. */
        void chunk(int run, int layer, int kvHead, int chunk, WorkerScratch scratch);
    }
}
