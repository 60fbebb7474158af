/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.tensors.kernels.QueryRows;
import io.headwater.tensors.kernels.Scores;

/**
 * The most attention that any row of a reconstruction pays to each entry that was there before it, as ln(probability) (ALGORITHMS 5.4, softmax over
 * all that the row sees). Items are (sequence, KV head, chunk of entries), dealt out to the workers in turn. A maximum: neither the order of rows nor
 * chunks, batch or workers change a bit.
 */
final class PeakPhase {
    private final int kvHeads;
    private final int workers;
    private final int groupSize;
    private final int headDim;
    private final int rowsPerBlock;
    private final StepBuffers buffers;
    private final Scores scores;
    private final StepBatch batch;
    private final int cacheIndex;
    private final int[] runs;
    private final int[] firstItems;
    private int runCount;

    /** {@code cacheIndex}: which of a sequence's caches is this shard's. */
    PeakPhase(
            ShardGeometry geometry, int workers, StepBuffers buffers, Scores scores, StepBatch batch, int cacheIndex) {
        this.kvHeads = geometry.kvHeads();
        this.workers = workers;
        this.groupSize = geometry.config().groupSize();
        this.headDim = geometry.config().headDim();
        this.rowsPerBlock = AttentionPhase.queryRowsPerWorker(groupSize) / groupSize;
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
            if (batch.repeats(run)) {
                Sequence sequence = batch.sequence(run);
                int chunks = WorkerScratch.chunks(sequence.longestHead() - sequence.repeated());
                runs[runCount] = run;
                firstItems[runCount + 1] = firstItems[runCount] + chunks * kvHeads;
                runCount++;
            }
        }
    }

    /** Whether any run of the step repeats. */
    boolean any() {
        return runCount > 0;
    }

    /** A worker's items of a layer, after attention's merge. */
    void run(int layer, int worker, WorkerScratch scratch) {
        for (int i = 0; i < runCount; i++) {
            for (int item = firstItems[i]; item < firstItems[i + 1]; item++) {
                if (item % workers == worker) {
                    int at = item - firstItems[i];
                    raise(runs[i], layer, at % kvHeads, at / kvHeads, scratch);
                }
            }
        }
    }

    private void raise(int run, int layer, int kvHead, int chunk, WorkerScratch scratch) {
        Sequence sequence = batch.sequence(run);
        HeadCache head = sequence.cache(cacheIndex).head(layer, kvHead);
        int first = chunk * CHUNK_ENTRIES;
        int count = Math.min(head.length() - sequence.repeated() - first, CHUNK_ENTRIES);
        if (count <= 0) {
            return; // heads may differ in length
        }
        float[] peaks = scratch.columnSums();
        head.readPeaks(first, count, peaks);
        for (int i = first; i < first + count; i++) {
            peaks[i] = Float.isNaN(peaks[i]) ? Float.NEGATIVE_INFINITY : peaks[i];
        }
        int end = batch.firstRow(run + 1);
        for (int row = batch.firstRow(run); row < end; row += rowsPerBlock) {
            fill(scratch.scoreRows, head, kvHead, row, Math.min(end, row + rowsPerBlock));
            scores.logits(head, chunk, scratch.scoreRows, scratch.attention);
            for (int query = 0; query < scratch.scoreRows.rows(); query++) {
                raise(peaks, first, count, scratch.attention.scores(), query * CHUNK_ENTRIES, total(scratch, query));
            }
        }
        head.writePeaks(first, count, peaks);
    }

    /** What ln(probability) is below the logit: M + ln S. */
    private static float total(WorkerScratch scratch, int query) {
        QueryRows rows = scratch.scoreRows;
        return rows.max()[query] + (float) StrictMath.log(rows.sum()[query]);
    }

    private static void raise(float[] peaks, int first, int count, float[] z, int at, float total) {
        for (int i = 0; i < count; i++) {
            peaks[first + i] = Math.max(peaks[first + i], z[at + i] - total);
        }
    }

    /** The queries of rows [fromRow, toRow), with the totals that attention has found; each sees all entries from before. */
    private void fill(QueryRows queries, HeadCache head, int kvHead, int fromRow, int toRow) {
        queries.clear();
        for (int row = fromRow; row < toRow; row++) {
            for (int i = 0; i < groupSize; i++) {
                int query = row * buffers.queryHeads + kvHead * groupSize + i;
                queries.max()[queries.rows()] = buffers.softmaxMax[query];
                queries.sum()[queries.rows()] = buffers.softmaxSum[query];
                queries.add(query * headDim, head.length() + batch.index(row) + 1);
            }
        }
    }
}
