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
import io.headwater.tensors.kernels.OneTokenStep;
import io.headwater.tensors.kernels.QueryRows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Attention of one token's query heads over a bf16 cache: what decode does. Few rows share a block, so it is not unpacked to
 * memory first: each key and value is widened in a register, used by four rows, and the next block's line is touched meanwhile.
 */
final class OneTokenAttention {
    private static final int UPPER = 0xffff0000;
    private static final int MOST_ROWS = 2 * OneTokenStep.ROWS;

    private OneTokenAttention() {}

    /** True if the rows are one token's: all see the same entries, and they are few; many are better off with unpacked keys. */
    static boolean fits(KvBlocks kv, QueryRows rows) {
        return kv.layout().type() == KvType.BF16
                && rows.rows() <= MOST_ROWS
                && rows.visible(0) == rows.visible(rows.rows() - 1);
    }

    /** Scores of the chunk's entries, for all rows. */
    static void scores(KvBlocks kv, int firstBlock, int blocks, QueryRows rows, AttentionScratch scratch) {
        OneTokenStep step = scratch.step();
        for (int row = 0; row < rows.rows(); row += OneTokenStep.ROWS) {
            for (int block = 0; block < blocks; block++) {
                step.meet(kv, firstBlock + block, firstBlock + blocks - 1);
                step.toScores(rows, row, block * BLOCK_ENTRIES);
                for (int lane = 0; lane < BLOCK_ENTRIES; lane += 2 * FLOATS) {
                    scoresLoop(kv, lane, rows.queries(), scratch);
                }
            }
        }
    }

    /** Adds e · value over the chunk's {@code n} entries to {@link QueryRows#chunkValues()}, for all rows. */
    static void values(KvBlocks kv, int chunk, int n, QueryRows rows, AttentionScratch scratch) {
        OneTokenStep step = scratch.step();
        int firstBlock = chunk * CHUNK_ENTRIES / BLOCK_ENTRIES;
        int blocks = (n + BLOCK_ENTRIES - 1) / BLOCK_ENTRIES;
        for (int row = 0; row < rows.rows(); row += OneTokenStep.ROWS) {
            for (int block = 0; block < blocks; block++) {
                step.meet(kv, firstBlock + block, firstBlock + blocks - 1);
                step.toValues(rows, row, chunk, block * BLOCK_ENTRIES);
                values(kv, Math.min(BLOCK_ENTRIES, n - block * BLOCK_ENTRIES), rows, scratch);
            }
        }
    }

    private static void values(KvBlocks kv, int entries, QueryRows rows, AttentionScratch scratch) {
        for (int d = 0; d < rows.paddedDim(); d += 2 * TILE_ENTRIES) {
            for (int lane = 0; lane < TILE_ENTRIES; lane += FLOATS) {
                valuesLoop(kv, d + lane, entries, rows.chunkValues(), scratch);
            }
        }
    }

    /** Offset in a block of the keys of entries [entry, entry + FLOATS). */
    private static long keys(KvLayout layout, int entry) {
        return (long) (entry / TILE_ENTRIES) * layout.keyTileBytes() + 4L * (entry % TILE_ENTRIES);
    }

    /** Offset in a block of dimensions [d, d + FLOATS) and 16 further, of the first value. */
    private static long values(KvLayout layout, int d) {
        return layout.valuesOffset() + 2L * (d - d % TILE_ENTRIES) + 4L * (d % TILE_ENTRIES);
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

    /** Scores of entries [lane, lane + 2 · FLOATS) of the step's block. */
    private static void scoresLoop(KvBlocks kv, int lane, float[] q, AttentionScratch scratch) {
        OneTokenStep step = scratch.step();
        MemorySegment memory = kv.memory();
        int q0 = step.reads(0);
        int q1 = step.reads(1);
        int q2 = step.reads(2);
        int q3 = step.reads(3);
        long left = step.block() + keys(kv.layout(), lane);
        long right = step.block() + keys(kv.layout(), lane + FLOATS);
        long ahead = step.ahead();
        int headDim = kv.layout().headDim();
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
        store2(a0, a1, z, step.writes(0) + lane);
        store2(b0, b1, z, step.writes(1) + lane);
        store2(c0, c1, z, step.writes(2) + lane);
        store2(d0, d1, z, step.writes(3) + lane);
    }

    private static void store2(FloatVector a, FloatVector b, float[] z, int at) {
        a.intoArray(z, at);
        b.intoArray(z, at + FLOATS);
    }

    /** Adds the first {@code entries} values of the step's block, in dimensions [d, d + FLOATS) and 16 further. */
    private static void valuesLoop(KvBlocks kv, int d, int entries, float[] o, AttentionScratch scratch) {
        OneTokenStep step = scratch.step();
        MemorySegment memory = kv.memory();
        long stride = kv.layout().valueBytes();
        long at = step.block() + values(kv.layout(), d);
        long ahead = step.ahead();
        float[] e = scratch.scores();
        int e0 = step.reads(0);
        int e1 = step.reads(1);
        int e2 = step.reads(2);
        int e3 = step.reads(3);
        int o0 = step.writes(0) + d;
        int o1 = step.writes(1) + d;
        int o2 = step.writes(2) + d;
        int o3 = step.writes(3) + d;
        int touched = 0;
        FloatVector a0 = load(o, o0);
        FloatVector a1 = load(o, o0 + TILE_ENTRIES);
        FloatVector b0 = load(o, o1);
        FloatVector b1 = load(o, o1 + TILE_ENTRIES);
        FloatVector c0 = load(o, o2);
        FloatVector c1 = load(o, o2 + TILE_ENTRIES);
        FloatVector d0 = load(o, o3);
        FloatVector d1 = load(o, o3 + TILE_ENTRIES);
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
