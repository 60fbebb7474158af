/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.tensors.kernels.QueryGroup;
import io.headwater.tensors.kernels.QueryRows;
import io.headwater.tensors.kernels.Scores;
import org.jspecify.annotations.Nullable;

/**
 * What a step's rows have given each entry in attention, added to the entries' sums, for sequences whose policy asks for it. One worker
 * adds all rows of an item ({@link HeadChunks}) in their order, so the bits do not depend on chunks of the prompt, batch or workers.
 */
final class ColumnSumPhase {
    private final QueryGroup group;
    private final Scores scores;
    private final AttentionPhase attention;
    private final StepBatch batch;
    private final int cacheIndex;
    private final HeadChunks items;

    /** {@code cacheIndex}: which of a sequence's caches is this shard's. */
    ColumnSumPhase(
            ShardGeometry geometry,
            int workers,
            StepBuffers buffers,
            Scores scores,
            AttentionPhase attention,
            StepBatch batch,
            int cacheIndex) {
        this.attention = attention;
        this.group = QueryGroup.mean(geometry.config().groupSize());
        this.scores = scores;
        this.batch = batch;
        this.cacheIndex = cacheIndex;
        this.items = new HeadChunks(geometry, workers, buffers, batch, this::add);
    }

    /** One worker, before the step's first barrier. */
    void beginStep() {
        items.clear();
        for (int run = 0; run < batch.runs(); run++) {
            boolean sums = batch.sequence(run).cache(cacheIndex).kept().columnSums();
            if (sums && batch.rowsOf(run) > 0 && !batch.repeats(run)) {
                items.add(run, batch.sequence(run).longestHead() + batch.rowsOf(run));
            }
        }
    }

    /** Whether any sequence of the step asks for sums. */
    boolean any() {
        return items.any();
    }

    /** A worker's items of a layer, after attention's merge: those that it has attended to, where they were dealt out. */
    void run(int layer, int worker, WorkerScratch scratch) {
        ChunkDeal deal = scratch.deal;
        if (!deal.dealt()) {
            items.run(layer, worker, scratch);
            return;
        }
        for (int i = 0; i < deal.count() && items.any(); i++) {
            add(0, layer, deal.head(i), deal.chunk(i), scratch);
        }
    }

    private void add(int run, int layer, int kvHead, int chunk, WorkerScratch scratch) {
        HeadCache head = batch.sequence(run).cache(cacheIndex).head(layer, kvHead);
        int first = chunk * CHUNK_ENTRIES;
        int count = Math.min(head.length() + batch.rowsOf(run) - first, CHUNK_ENTRIES);
        if (count <= 0) {
            return; // heads may differ in length
        }
        float[] sums = scratch.columnSums();
        head.readColumnSums(first, count, sums);
        @Nullable QueryRows attended = attention.withWeights(kvHead);
        if (attended != null) {
            scores.columns(head, chunk, attended, group, scratch.attention, sums);
        } else {
            addRows(run, head, kvHead, chunk, scratch, sums);
        }
        head.writeColumnSums(first, count, sums);
    }

    private void addRows(int run, HeadCache head, int kvHead, int chunk, WorkerScratch scratch, float[] sums) {
        int to;
        for (int row = batch.firstRow(run); row < batch.firstRow(run + 1); row = to) {
            to = items.blockEnd(run, row);
            if (items.visible(head, to - 1) > chunk * CHUNK_ENTRIES) {
                items.fill(scratch.scoreRows, head, kvHead, row, to);
                scores.columns(head, chunk, scratch.scoreRows, group, scratch.attention, sums);
            }
        }
    }
}
