/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.llama.LlamaConfig;
import io.headwater.tensors.kernels.Activations;

/**
 * What the workers of one shard hand to each other during a step, for up to {@code capacityRows} rows; all row-major. Between two
 * barriers a part of a buffer has one writer.
 */
final class StepBuffers {
    /** Residual stream {@code [rows, dim]}, the same on every shard. */
    final float[] residual;
    /** The normed residual stream, quantised {@code [rows, dim]}. */
    final Activations normed;
    /** {@code [rows, queryDim of the shard]}. */
    final float[] q;
    /** {@code [rows, kvDim of the shard]}. */
    final float[] k;
    /** {@code [rows, kvDim of the shard]}. */
    final float[] v;
    /** Query heads of the shard. */
    final int queryHeads;
    /** M of each row and query head {@code [rows, queryHeads]}, after attention's merge. */
    final float[] softmaxMax;
    /** S of each row and query head: a probability is {@code e · (exp(m − M) · (1/S))} of a weight e in a chunk with the maximum m. */
    final float[] softmaxSum;
    /** Attention's output {@code [rows, queryDim of the shard]}. */
    final Activations attended;
    /** The MLP's hidden state {@code [rows, ffnDim of the shard]}. */
    final Activations hidden;
    /** Each worker's share of the units' contributions, {@code [workers][rows, dim]}. */
    final long[][] sums;
    /** The final norm's output, for the rows that logits are wanted of. */
    final Activations last;
    /** Raw logits {@code [wanted rows, vocabSize]}, whole only at shard 0. */
    final float[] logits;

    /** Rows that have broken at this shard. */
    final BrokenRows broken;

    private final int capacityRows;

    StepBuffers(ShardGeometry geometry, int capacityRows, int logitsRows, int workers) {
        LlamaConfig config = geometry.config();
        this.capacityRows = capacityRows;
        residual = new float[Math.multiplyExact(capacityRows, config.dim())];
        normed = new Activations(capacityRows, config.dim());
        q = new float[Math.multiplyExact(capacityRows, geometry.queryDim())];
        k = new float[Math.multiplyExact(capacityRows, geometry.kvDim())];
        v = new float[k.length];
        queryHeads = geometry.kvHeads() * config.groupSize();
        softmaxMax = new float[Math.multiplyExact(capacityRows, queryHeads)];
        softmaxSum = new float[softmaxMax.length];
        attended = new Activations(capacityRows, geometry.queryDim());
        hidden = new Activations(capacityRows, geometry.ffnDim());
        sums = new long[workers][residual.length];
        last = new Activations(logitsRows, config.dim());
        broken = new BrokenRows(capacityRows);
        logits = new float[Math.multiplyExact(logitsRows, config.vocabSize())];
    }

    int capacityRows() {
        return capacityRows;
    }

    /** Sets the rows in use; called by one worker before the others start. */
    void begin(StepBatch batch) {
        normed.rows(batch.rows());
        attended.rows(batch.rows());
        hidden.rows(batch.rows());
        last.rows(batch.wantedRows());
        broken.clear(batch.rows());
    }
}
