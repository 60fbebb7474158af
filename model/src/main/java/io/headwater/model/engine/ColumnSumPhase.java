/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.tensors.kernels.QueryGroup;
import io.headwater.tensors.kernels.QueryRows;
import io.headwater.tensors.kernels.Scores;
import org.jspecify.annotations.Nullable;

/**
 * What a step's rows have given each entry in attention, added to the entries' sums, for sequences whose policy asks for it. Items are (sequence,
 * KV head, chunk of entries), dealt out to the workers in turn; one worker adds all rows of the sequence in their order, so the bits do not
 * depend on chunks of the prompt, batch or workers.
 */
final class ColumnSumPhase {
    private final int kvHeads;
    private final int workers;
    private final int rowsPerBlock;
    private final QueryGroup group;
    private final int headDim;
    private final StepBuffers buffers;
    private final Scores scores;
    private final AttentionPhase attention;
    private final StepBatch batch;
    private final int cacheIndex;
    private final int[] runs;
    private final int[] firstItems;
    private int runCount;

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
        this.kvHeads = geometry.kvHeads();
        this.workers = workers;
        this.group = QueryGroup.mean(geometry.config().groupSize());
        this.headDim = geometry.config().headDim();
        this.rowsPerBlock = AttentionPhase.queryRowsPerWorker(group.size()) / group.size();
        this.buffers = buffers;
        this.scores = scores;
        this.batch = batch;
        this.cacheIndex = cacheIndex;
        this.runs = new int[batch.maxRows()];
        this.firstItems = new int[batch.maxRows() + 1];
    }

    /** One worker, before the step's first barrier. */
    void beginStep() {
        runCount = 0;
        for (int run = 0; run < batch.runs(); run++) {
            if (batch.sequence(run).cache(cacheIndex).kept().columnSums() && !batch.repeats(run)) {
                int entries = batch.sequence(run).longestHead() + batch.rowsOf(run);
                int chunks = (entries + CHUNK_ENTRIES - 1) / CHUNK_ENTRIES;
                runs[runCount] = run;
                firstItems[runCount + 1] = firstItems[runCount] + chunks * kvHeads;
                runCount++;
            }
        }
    }

    /** Whether any sequence of the step asks for sums. */
    boolean any() {
        return runCount > 0;
    }

    /** A worker's items of a layer, after attention's merge. */
    void run(int layer, int worker, WorkerScratch scratch) {
        for (int i = 0; i < runCount; i++) {
            for (int item = firstItems[i]; item < firstItems[i + 1]; item++) {
                if (item % workers == worker) {
                    int at = item - firstItems[i];
                    add(runs[i], layer, at % kvHeads, at / kvHeads, scratch);
                }
            }
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
        int end = batch.firstRow(run + 1);
        for (int row = batch.firstRow(run); row < end; row += rowsPerBlock) {
            int to = Math.min(end, row + rowsPerBlock);
            if (visible(head, to - 1) > chunk * CHUNK_ENTRIES) {
                fill(scratch.scoreRows, head, kvHead, row, to);
                scores.columns(head, chunk, scratch.scoreRows, group, scratch.attention, sums);
            }
        }
    }

    private int visible(HeadCache head, int row) {
        return head.length() + batch.index(row) + 1;
    }

    /** The queries of rows [fromRow, toRow), with the totals that attention has found. */
    private void fill(QueryRows queries, HeadCache head, int kvHead, int fromRow, int toRow) {
        queries.clear();
        for (int row = fromRow; row < toRow; row++) {
            for (int i = 0; i < group.size(); i++) {
                int query = row * buffers.queryHeads + kvHead * group.size() + i;
                queries.max()[queries.rows()] = buffers.softmaxMax[query];
                queries.sum()[queries.rows()] = buffers.softmaxSum[query];
                queries.add(query * headDim, visible(head, row));
            }
        }
    }
}
