/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;
import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;

import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.QueryGroup;
import io.headwater.tensors.kernels.QueryRows;
import io.headwater.tensors.kernels.Scores;
import jdk.incubator.vector.FloatVector;

/**
 * {@link Scores}, entries in lanes. Rows are filled up to a multiple of 16 entries with whatever lies there, which is never added to
 * a sum.
 */
final class VectorScores implements Scores {
    @Override
    public void logits(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch) {
        ChunkLogits.compute(kv, chunk, rows, scratch);
    }

    @Override
    public void totals(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch) {
        ChunkLogits.compute(kv, chunk, rows, scratch);
        for (int row = 0; row < rows.rows(); row++) {
            int n = rows.visibleIn(row, chunk);
            if (n > 0) {
                AttentionSoftmax.row(kv, chunk, rows, row, scratch);
            }
        }
    }

    @Override
    public void columns(
            KvBlocks kv, int chunk, QueryRows rows, QueryGroup group, AttentionScratch scratch, float[] sums) {
        if (!rows.keepsWeights()) {
            ChunkLogits.compute(kv, chunk, rows, scratch);
        }
        for (int row = 0; row < rows.rows(); row += group.size()) {
            int n = rows.visibleIn(row, chunk);
            if (n > 0) {
                reduce(kv, chunk, rows, row, group, scratch);
                addLoop(scratch.scores(), row * CHUNK_ENTRIES, n, group.factor(), sums, chunk * CHUNK_ENTRIES);
            }
        }
    }

    /** Leaves a group's probabilities, reduced, in the room of its first row. */
    private static void reduce(
            KvBlocks kv, int chunk, QueryRows rows, int row, QueryGroup group, AttentionScratch scratch) {
        float[] a = scratch.scores();
        int n = rows.visibleIn(row, chunk);
        int first = row * CHUNK_ENTRIES;
        for (int i = 0; i < group.size(); i++) {
            int at = first + i * CHUNK_ENTRIES;
            probabilities(kv, chunk, rows, row + i, n, scratch);
            if (i > 0) {
                switch (group.reduction()) {
                    case MEAN -> sumLoop(a, first, at, AttentionSoftmax.padded(n));
                    case MAX -> maxLoop(a, first, at, AttentionSoftmax.padded(n));
                    case SQUARES -> squaresLoop(a, first, at, AttentionSoftmax.padded(n));
                }
            } else if (group.reduction() == QueryGroup.Reduction.SQUARES) {
                squareLoop(a, first, AttentionSoftmax.padded(n));
            }
        }
    }

    private static void probabilities(
            KvBlocks kv, int chunk, QueryRows rows, int row, int n, AttentionScratch scratch) {
        int at = row * CHUNK_ENTRIES;
        float[] weights = rows.weights();
        int from = rows.weightsAt(row, chunk);
        float max;
        if (rows.keepsWeights()) {
            max = rows.chunkMax()[rows.chunkIndex(row, chunk)];
        } else {
            max = AttentionSoftmax.weights(kv, chunk, row, n, scratch);
            weights = scratch.scores();
            from = at;
        }
        scaleLoop(weights, from, AttentionSoftmax.padded(n), Scores.factor(rows, row, max), scratch.scores(), at);
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(Lanes.F, x, at);
    }

    private static void scaleLoop(float[] e, int from, int n, float factor, float[] a, int at) {
        FloatVector f = FloatVector.broadcast(Lanes.F, factor);
        for (int i = 0; i < n; i += FLOATS) {
            load(e, from + i).mul(f).intoArray(a, at + i);
        }
    }

    private static void sumLoop(float[] z, int to, int from, int n) {
        for (int i = 0; i < n; i += FLOATS) {
            load(z, to + i).add(load(z, from + i)).intoArray(z, to + i);
        }
    }

    private static void maxLoop(float[] z, int to, int from, int n) {
        for (int i = 0; i < n; i += FLOATS) {
            load(z, to + i).max(load(z, from + i)).intoArray(z, to + i);
        }
    }

    private static void squareLoop(float[] z, int at, int n) {
        for (int i = 0; i < n; i += FLOATS) {
            FloatVector x = load(z, at + i);
            x.mul(x).intoArray(z, at + i);
        }
    }

    private static void squaresLoop(float[] z, int to, int from, int n) {
        for (int i = 0; i < n; i += FLOATS) {
            FloatVector x = load(z, from + i);
            x.fma(x, load(z, to + i)).intoArray(z, to + i);
        }
    }

    private static void addLoop(float[] a, int from, int n, float factor, float[] sums, int at) {
        FloatVector f = FloatVector.broadcast(Lanes.F, factor);
        int i = 0;
        for (; i + FLOATS <= n; i += FLOATS) {
            load(sums, at + i).add(load(a, from + i).mul(f)).intoArray(sums, at + i);
        }
        for (; i < n; i++) {
            sums[at + i] += a[from + i] * factor;
        }
    }
}
