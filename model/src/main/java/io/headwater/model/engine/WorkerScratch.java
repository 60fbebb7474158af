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
    /** The query rows that the worker attends with alone, in prefill. */
    final QueryRows queries;
    /** For change points. */
    final WorkerCompressors compressors;

    WorkerScratch(
            StepBuffers buffers, KvLayout layout, int queryRows, int contextLength, WorkerCompressors compressors) {
        this.compressors = compressors;
        tile = new TileScratch(buffers.capacityRows());
        gate = new TileScratch(buffers.capacityRows());
        attention = new AttentionScratch(queryRows, layout);
        queries = new QueryRows(buffers.q, queryRows, chunks(contextLength), layout);
    }

    static int chunks(int entries) {
        return (entries + Attention.CHUNK_ENTRIES - 1) / Attention.CHUNK_ENTRIES;
    }
}
