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

/**
 * {@link Attention}: logits by {@link ChunkLogits}; values in the same two ways, unpacked once for many rows, or by {@link
 * OneTokenAttention} for one token's.
 */
public final class VectorAttention implements Attention {
    @Override
    public void chunk(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch) {
        if (rows.rows() == 0) {
            return;
        }
        int entries = rows.visibleIn(rows.rows() - 1, chunk);
        boolean oneToken = OneTokenAttention.fits(kv, rows);
        ChunkLogits.compute(kv, chunk, rows, scratch);
        exponentials(kv, chunk, rows, scratch);
        if (oneToken) {
            OneTokenAttention.values(kv, chunk, entries, rows, scratch);
        } else {
            values(kv, chunk, blocks(entries), rows, scratch);
        }
    }

    private static int firstBlock(int chunk) {
        return chunk * CHUNK_ENTRIES / BLOCK_ENTRIES;
    }

    private static int blocks(int entries) {
        return (entries + BLOCK_ENTRIES - 1) / BLOCK_ENTRIES;
    }

    private static void exponentials(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch) {
        for (int row = 0; row < rows.rows(); row++) {
            int n = rows.visibleIn(row, chunk);
            if (n > 0) {
                AttentionSoftmax.row(kv, chunk, rows, row, scratch);
                int at = rows.chunkIndex(row, chunk) * rows.paddedDim();
                Arrays.fill(rows.chunkValues(), at, at + rows.paddedDim(), 0f);
            }
        }
    }

    private static void values(KvBlocks kv, int chunk, int blocks, QueryRows rows, AttentionScratch scratch) {
        for (int block = 0; block < blocks; block++) {
            KvUnpack.values(kv.layout(), kv.memory(), kv.block(firstBlock(chunk) + block), scratch.values());
            AttentionValues.block(rows, chunk, block, scratch);
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
