/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.tensors.kernels.QueryRows;
import io.headwater.tensors.kernels.Scores;

/**
 * The most attention that any row of a reconstruction pays to each entry that was there before it, as ln(probability) (ALGORITHMS 5.4, softmax over
 * all that the row sees). A maximum: neither the order of rows nor
 * chunks, batch or workers change a bit.
 */
final class PeakPhase {
    private final Scores scores;
    private final StepBatch batch;
    private final int cacheIndex;
    private final HeadChunks items;

    /** {@code cacheIndex}: which of a sequence's caches is this shard's. */
    PeakPhase(
            ShardGeometry geometry, int workers, StepBuffers buffers, Scores scores, StepBatch batch, int cacheIndex) {
        this.scores = scores;
        this.batch = batch;
        this.cacheIndex = cacheIndex;
        this.items = new HeadChunks(geometry, workers, buffers, batch, this::raise);
    }

    /** One worker, before the step's first barrier. */
    void beginStep() {
        items.clear();
        for (int run = 0; run < batch.runs(); run++) {
            if (batch.repeats(run)) {
                Sequence sequence = batch.sequence(run);
                items.add(run, sequence.longestHead() - sequence.repeated());
            }
        }
    }

    /** Whether any run of the step repeats. */
    boolean any() {
        return items.any();
    }

    /** A worker's items of a layer, after attention's merge. */
    void run(int layer, int worker, WorkerScratch scratch) {
        items.run(layer, worker, scratch);
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
        int to;
        for (int row = batch.firstRow(run); row < batch.firstRow(run + 1); row = to) {
            to = items.blockEnd(run, row);
            items.fill(scratch.scoreRows, head, kvHead, row, to);
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
}
