/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;
import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;
import static io.headwater.tensors.kernels.KvLayout.TILE_ENTRIES;
import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.kernels.QueryRows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Attention of one token's query heads over a bf16 cache: what decode does. Few rows share a block, so it is not unpacked to
 * memory first: each key and value is widened in a register, used by four rows, and the next block's line is touched meanwhile.
 */
final class OneTokenAttention {
    private static final int ROWS_AT_ONCE = 4;
    private static final int UPPER = 0xffff0000;

    private OneTokenAttention() {}

    /** True if the rows are one token's: all see the same entries. */
    static boolean fits(KvBlocks kv, QueryRows rows) {
        return kv.layout().type() == KvType.BF16 && rows.visible(0) == rows.visible(rows.rows() - 1);
    }

    /** Scores of the chunk's entries, for all rows. */
    static void scores(KvBlocks kv, int firstBlock, int blocks, QueryRows rows, AttentionScratch scratch) {
        for (int row = 0; row < rows.rows(); row += ROWS_AT_ONCE) {
            for (int block = 0; block < blocks; block++) {
                long from = kv.block(firstBlock + block);
                long next = kv.block(firstBlock + Math.min(block + 1, blocks - 1));
                for (int lane = 0; lane < BLOCK_ENTRIES; lane += 2 * FLOATS) {
                    int at = row * CHUNK_ENTRIES + block * BLOCK_ENTRIES + lane;
                    scoresLoop(kv.memory(), kv.layout(), from, next - from, lane, rows, row, scratch, at);
                }
            }
        }
    }

    /** Adds e · value over the chunk's {@code n} entries to {@link QueryRows#chunkValues()}, for all rows. */
    static void values(KvBlocks kv, int chunk, int n, QueryRows rows, AttentionScratch scratch) {
        int firstBlock = chunk * CHUNK_ENTRIES / BLOCK_ENTRIES;
        int blocks = (n + BLOCK_ENTRIES - 1) / BLOCK_ENTRIES;
        for (int row = 0; row < rows.rows(); row += ROWS_AT_ONCE) {
            for (int block = 0; block < blocks; block++) {
                long from = kv.block(firstBlock + block) + kv.layout().valuesOffset();
                long next = kv.block(firstBlock + Math.min(block + 1, blocks - 1))
                        + kv.layout().valuesOffset();
                int entries = Math.min(BLOCK_ENTRIES, n - block * BLOCK_ENTRIES);
                for (int d = 0; d < rows.paddedDim(); d += 2 * TILE_ENTRIES) {
                    for (int lane = 0; lane < TILE_ENTRIES; lane += FLOATS) {
                        long at = 2L * d + 4L * lane;
                        valuesLoop(kv, from + at, next - from, entries, rows, row, chunk, scratch, block, d + lane);
                    }
                }
            }
        }
    }

    private static IntVector pairs(MemorySegment memory, long offset) {
        return Lanes.integers(memory, offset);
    }

    private static FloatVector even(IntVector pair) {
        return pair.lanewise(LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector odd(IntVector pair) {
        return pair.and(UPPER).reinterpretAsFloats();
    }

    private static FloatVector value(float[] x, int at) {
        return FloatVector.broadcast(Lanes.F, x[at]);
    }

    private static void scoresLoop(
            MemorySegment memory,
            KvLayout layout,
            long block,
            long ahead,
            int lane,
            QueryRows rows,
            int row,
            AttentionScratch scratch,
            int at) {
        float[] q = rows.queries();
        // A short last group repeats its last row: the same scores go to the same place again.
        int others = rows.rows() - 1 - row;
        int step1 = Math.min(1, others);
        int step2 = Math.min(2, others);
        int step3 = Math.min(3, others);
        int q0 = rows.queryOffset(row);
        int q1 = rows.queryOffset(row + step1);
        int q2 = rows.queryOffset(row + step2);
        int q3 = rows.queryOffset(row + step3);
        long left = block + (long) (lane / TILE_ENTRIES) * layout.keyTileBytes() + 4L * (lane % TILE_ENTRIES);
        int next = lane + FLOATS;
        long right = block + (long) (next / TILE_ENTRIES) * layout.keyTileBytes() + 4L * (next % TILE_ENTRIES);
        int headDim = layout.headDim();
        int touched = 0;
        FloatVector a0 = FloatVector.zero(Lanes.F);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        for (int d = 0; d < headDim; d += 2, left += 4L * TILE_ENTRIES, right += 4L * TILE_ENTRIES) {
            touched ^= Lanes.touch(memory, left + ahead) ^ Lanes.touch(memory, right + ahead);
            IntVector k0 = pairs(memory, left);
            IntVector k1 = pairs(memory, right);
            FloatVector x0 = even(k0);
            FloatVector x1 = even(k1);
            FloatVector v = value(q, q0 + d);
            a0 = v.fma(x0, a0);
            a1 = v.fma(x1, a1);
            v = value(q, q1 + d);
            b0 = v.fma(x0, b0);
            b1 = v.fma(x1, b1);
            v = value(q, q2 + d);
            c0 = v.fma(x0, c0);
            c1 = v.fma(x1, c1);
            v = value(q, q3 + d);
            d0 = v.fma(x0, d0);
            d1 = v.fma(x1, d1);
            x0 = odd(k0);
            x1 = odd(k1);
            v = value(q, q0 + d + 1);
            a0 = v.fma(x0, a0);
            a1 = v.fma(x1, a1);
            v = value(q, q1 + d + 1);
            b0 = v.fma(x0, b0);
            b1 = v.fma(x1, b1);
            v = value(q, q2 + d + 1);
            c0 = v.fma(x0, c0);
            c1 = v.fma(x1, c1);
            v = value(q, q3 + d + 1);
            d0 = v.fma(x0, d0);
            d1 = v.fma(x1, d1);
        }
        scratch.touched(touched);
        float[] z = scratch.scores();
        store2(a0, a1, z, at);
        store2(b0, b1, z, at + step1 * CHUNK_ENTRIES);
        store2(c0, c1, z, at + step2 * CHUNK_ENTRIES);
        store2(d0, d1, z, at + step3 * CHUNK_ENTRIES);
    }

    private static void store2(FloatVector a, FloatVector b, float[] z, int at) {
        a.intoArray(z, at);
        b.intoArray(z, at + FLOATS);
    }

    private static void valuesLoop(
            KvBlocks kv,
            long from,
            long ahead,
            int entries,
            QueryRows rows,
            int row,
            int chunk,
            AttentionScratch scratch,
            int block,
            int dim) {
        MemorySegment memory = kv.memory();
        long stride = kv.layout().valueBytes();
        float[] e = scratch.scores();
        float[] o = rows.chunkValues();
        int last = rows.rows() - 1;
        int r1 = Math.min(row + 1, last);
        int r2 = Math.min(row + 2, last);
        int r3 = Math.min(row + 3, last);
        int e0 = row * CHUNK_ENTRIES + block * BLOCK_ENTRIES;
        int e1 = r1 * CHUNK_ENTRIES + block * BLOCK_ENTRIES;
        int e2 = r2 * CHUNK_ENTRIES + block * BLOCK_ENTRIES;
        int e3 = r3 * CHUNK_ENTRIES + block * BLOCK_ENTRIES;
        int o0 = rows.chunkIndex(row, chunk) * rows.paddedDim() + dim;
        int o1 = rows.chunkIndex(r1, chunk) * rows.paddedDim() + dim;
        int o2 = rows.chunkIndex(r2, chunk) * rows.paddedDim() + dim;
        int o3 = rows.chunkIndex(r3, chunk) * rows.paddedDim() + dim;
        int touched = 0;
        FloatVector a0 = load(o, o0);
        FloatVector a1 = load(o, o0 + TILE_ENTRIES);
        FloatVector b0 = load(o, o1);
        FloatVector b1 = load(o, o1 + TILE_ENTRIES);
        FloatVector c0 = load(o, o2);
        FloatVector c1 = load(o, o2 + TILE_ENTRIES);
        FloatVector d0 = load(o, o3);
        FloatVector d1 = load(o, o3 + TILE_ENTRIES);
        long at = from;
        for (int i = 0; i < entries; i++, at += stride) {
            touched ^= Lanes.touch(memory, at + ahead);
            IntVector v = pairs(memory, at);
            FloatVector x0 = even(v);
            FloatVector x1 = odd(v);
            FloatVector p = value(e, e0 + i);
            a0 = p.fma(x0, a0);
            a1 = p.fma(x1, a1);
            p = value(e, e1 + i);
            b0 = p.fma(x0, b0);
            b1 = p.fma(x1, b1);
            p = value(e, e2 + i);
            c0 = p.fma(x0, c0);
            c1 = p.fma(x1, c1);
            p = value(e, e3 + i);
            d0 = p.fma(x0, d0);
            d1 = p.fma(x1, d1);
        }
        scratch.touched(touched);
        store(a0, a1, o, o0);
        store(b0, b1, o, o1);
        store(c0, c1, o, o2);
        store(d0, d1, o, o3);
    }

    private static FloatVector load(float[] array, int at) {
        return FloatVector.fromArray(Lanes.F, array, at);
    }

    /** The two halves of a group of 32 dimensions. */
    private static void store(FloatVector even, FloatVector odd, float[] o, int at) {
        even.intoArray(o, at);
        odd.intoArray(o, at + TILE_ENTRIES);
    }
}
