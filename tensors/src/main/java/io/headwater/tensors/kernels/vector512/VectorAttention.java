/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;
import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;

import io.headwater.tensors.kernels.Attention;
import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.ExactExp;
import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.QueryRows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** {@link Attention}: a block of keys or values is unpacked to f32 once, then used by all query rows. */
public final class VectorAttention implements Attention {
    private static final int CACHE_LINE_BYTES = 64;

    @Override
    public void chunk(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch) {
        int entries = rows.visibleIn(rows.rows() - 1, chunk);
        int firstBlock = chunk * CHUNK_ENTRIES / BLOCK_ENTRIES;
        int blocks = (entries + BLOCK_ENTRIES - 1) / BLOCK_ENTRIES;
        for (int block = 0; block < blocks; block++) {
            KvUnpack.keys(kv.layout(), kv.memory(), kv.block(firstBlock + block), scratch.keys());
            if (block + 1 < blocks) {
                touchLoop(kv, kv.block(firstBlock + block + 1), kv.layout().valuesOffset(), scratch);
            } else {
                touchLoop(
                        kv,
                        kv.block(firstBlock) + kv.layout().valuesOffset(),
                        kv.layout().valuesOffset(),
                        scratch);
            }
            AttentionScores.block(kv.layout(), rows, scratch, block);
        }
        for (int row = 0; row < rows.rows(); row++) {
            int n = rows.visibleIn(row, chunk);
            if (n > 0) {
                addBias(kv.bias(), chunk * CHUNK_ENTRIES, scratch.scores(), row * CHUNK_ENTRIES, n);
                AttentionSoftmax.row(scratch, row * CHUNK_ENTRIES, n, rows, rows.chunkIndex(row, chunk));
                int at = rows.chunkIndex(row, chunk) * rows.paddedDim();
                Arrays.fill(rows.chunkValues(), at, at + rows.paddedDim(), 0f);
            }
        }
        for (int block = 0; block < blocks; block++) {
            KvUnpack.values(kv.layout(), kv.memory(), kv.block(firstBlock + block), scratch.values());
            if (block + 1 < blocks) {
                long next = kv.block(firstBlock + block + 1) + kv.layout().valuesOffset();
                touchLoop(kv, next, kv.layout().valuesOffset(), scratch);
            }
            AttentionValues.block(rows, chunk, block, scratch);
        }
    }

    /** Has the next block fetched while this one is computed with: else each begins with a wait for memory. */
    private static void touchLoop(KvBlocks kv, long from, int bytes, AttentionScratch scratch) {
        int touched = 0;
        for (int i = 0; i < bytes; i += CACHE_LINE_BYTES) {
            touched ^= Lanes.touch(kv.memory(), from + i);
        }
        scratch.touched(touched);
    }

    private static void addBias(float @org.jspecify.annotations.Nullable [] bias, int first, float[] z, int at, int n) {
        if (bias == null) {
            return;
        }
        for (int i = 0; i < n; i++) {
            z[at + i] += bias[first + i];
        }
    }

    @Override
    public void merge(QueryRows rows, int row, float[] out, int outOffset, int headDim) {
        int chunks = rows.chunks(row);
        float max = Float.NEGATIVE_INFINITY;
        for (int chunk = 0; chunk < chunks; chunk++) {
            max = Math.max(max, rows.chunkMax()[rows.chunkIndex(row, chunk)]);
        }
        float sum = 0;
        Arrays.fill(out, outOffset, outOffset + headDim, 0f);
        for (int chunk = 0; chunk < chunks; chunk++) {
            int index = rows.chunkIndex(row, chunk);
            float factor = ExactExp.exp(rows.chunkMax()[index] - max);
            sum = Math.fma(rows.chunkSum()[index], factor, sum);
            addScaledLoop(rows.chunkValues(), index * rows.paddedDim(), factor, out, outOffset, headDim);
        }
        divideLoop(out, outOffset, headDim, sum);
        rows.max()[row] = max;
        rows.sum()[row] = sum;
    }

    private static void addScaledLoop(float[] o, int from, float factor, float[] out, int at, int n) {
        FloatVector f = FloatVector.broadcast(Lanes.F, factor);
        int i = 0;
        for (; i + FLOATS <= n; i += FLOATS) {
            FloatVector.fromArray(Lanes.F, o, from + i)
                    .fma(f, FloatVector.fromArray(Lanes.F, out, at + i))
                    .intoArray(out, at + i);
        }
        for (; i < n; i++) {
            out[at + i] = Math.fma(o[from + i], factor, out[at + i]);
        }
    }

    private static void divideLoop(float[] out, int at, int n, float sum) {
        int i = 0;
        for (; i + FLOATS <= n; i += FLOATS) {
            FloatVector.fromArray(Lanes.F, out, at + i).div(sum).intoArray(out, at + i);
        }
        for (; i < n; i++) {
            out[at + i] /= sum;
        }
    }
}
