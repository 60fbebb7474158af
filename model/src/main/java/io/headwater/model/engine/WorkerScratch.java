/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.tensors.kernels.Attention;
import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.QueryRows;
import io.headwater.tensors.kernels.TileScratch;

/** One worker's private room. */
final class WorkerScratch {
    final TileScratch tile;
    /** A second one, for the MLP's gate beside its up projection. */
    final TileScratch gate;

    final AttentionScratch attention;
    /** Which chunks of the layer's heads it attends to, and adds to column sums, where they are dealt out. */
    final ChunkDeal deal;

    /** The query rows that the worker attends with alone, in prefill. */
    final QueryRows queries;
    /** The same, for their probabilities. */
    final QueryRows scoreRows;
    /** For change points. */
    final WorkerCompressors compressors;

    private final int capacityEntries;
    private float[] columnSums = {};

    WorkerScratch(
            StepBuffers buffers, KvLayout layout, int queryRows, int contextLength, WorkerCompressors compressors) {
        this.compressors = compressors;
        tile = new TileScratch(buffers.capacityRows());
        gate = new TileScratch(buffers.capacityRows());
        deal = new ChunkDeal();
        attention = new AttentionScratch(queryRows, layout);
        scoreRows = QueryRows.withoutValues(buffers.q, queryRows, chunks(contextLength));
        capacityEntries = chunks(contextLength) * Attention.CHUNK_ENTRIES;
        queries = new QueryRows(buffers.q, queryRows, chunks(contextLength), layout);
    }

    /** Room for a head's column sums; there from the first time that a policy asks for them. */
    float[] columnSums() {
        if (columnSums.length == 0) {
            columnSums = new float[capacityEntries];
        }
        return columnSums;
    }

    static int chunks(int entries) {
        return (entries + Attention.CHUNK_ENTRIES - 1) / Attention.CHUNK_ENTRIES;
    }
}
