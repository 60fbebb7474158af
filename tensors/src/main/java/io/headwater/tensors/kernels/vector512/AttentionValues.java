/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;
import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;
import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;

import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.QueryRows;
import jdk.incubator.vector.FloatVector;

/** Σ e · value over a block of 32 entries, dimensions in lanes, two query rows at a time. */
final class AttentionValues {
    private AttentionValues() {}

    static void block(QueryRows rows, int chunk, int block, AttentionScratch scratch) {
        int row = 0;
        for (; row + 2 <= rows.rows(); row += 2) {
            int a = entries(rows, row, chunk, block);
            int b = entries(rows, row + 1, chunk, block);
            if (a > 0) {
                two(rows, row, chunk, block, a, scratch);
            }
            one(rows, row + 1, chunk, block, a, b, scratch); // rows come with visible rising, so a <= b
        }
        if (row < rows.rows()) {
            one(rows, row, chunk, block, 0, entries(rows, row, chunk, block), scratch);
        }
    }

    /** Entries of the block that the row sees. */
    private static int entries(QueryRows rows, int row, int chunk, int block) {
        return Math.clamp(rows.visibleIn(row, chunk) - block * BLOCK_ENTRIES, 0, BLOCK_ENTRIES);
    }

    private static void two(QueryRows rows, int row, int chunk, int block, int to, AttentionScratch scratch) {
        int e = row * CHUNK_ENTRIES + block * BLOCK_ENTRIES;
        int dim = rows.paddedDim();
        int at = rows.chunkIndex(row, chunk) * dim;
        int next = rows.chunkIndex(row + 1, chunk) * dim;
        int d = 0;
        for (; d + 4 * FLOATS <= dim; d += 4 * FLOATS) {
            add2x4Loop(scratch.values(), d, dim, to, scratch.scores(), e, rows.chunkValues(), at + d, next + d);
        }
        for (; d < dim; d += FLOATS) {
            add1x1Loop(scratch.values(), d, dim, 0, to, scratch.scores(), e, rows.chunkValues(), at + d);
            add1x1Loop(
                    scratch.values(), d, dim, 0, to, scratch.scores(), e + CHUNK_ENTRIES, rows.chunkValues(), next + d);
        }
    }

    private static void one(QueryRows rows, int row, int chunk, int block, int from, int to, AttentionScratch scratch) {
        if (from == to) {
            return;
        }
        int e = row * CHUNK_ENTRIES + block * BLOCK_ENTRIES;
        int dim = rows.paddedDim();
        int at = rows.chunkIndex(row, chunk) * dim;
        int d = 0;
        for (; d + 4 * FLOATS <= dim; d += 4 * FLOATS) {
            add1x4Loop(scratch.values(), d, dim, from, to, scratch.scores(), e, rows.chunkValues(), at + d);
        }
        for (; d < dim; d += FLOATS) {
            add1x1Loop(scratch.values(), d, dim, from, to, scratch.scores(), e, rows.chunkValues(), at + d);
        }
    }

    private static FloatVector load(float[] array, int at) {
        return FloatVector.fromArray(Lanes.F, array, at);
    }

    private static void add2x4Loop(float[] v, int d, int dim, int to, float[] e, int eAt, float[] o, int at, int next) {
        FloatVector a0 = load(o, at);
        FloatVector a1 = load(o, at + FLOATS);
        FloatVector a2 = load(o, at + 2 * FLOATS);
        FloatVector a3 = load(o, at + 3 * FLOATS);
        FloatVector b0 = load(o, next);
        FloatVector b1 = load(o, next + FLOATS);
        FloatVector b2 = load(o, next + 2 * FLOATS);
        FloatVector b3 = load(o, next + 3 * FLOATS);
        for (int i = 0; i < to; i++) {
            FloatVector ea = FloatVector.broadcast(Lanes.F, e[eAt + i]);
            FloatVector eb = FloatVector.broadcast(Lanes.F, e[eAt + CHUNK_ENTRIES + i]);
            FloatVector x = load(v, i * dim + d);
            a0 = ea.fma(x, a0);
            b0 = eb.fma(x, b0);
            x = load(v, i * dim + d + FLOATS);
            a1 = ea.fma(x, a1);
            b1 = eb.fma(x, b1);
            x = load(v, i * dim + d + 2 * FLOATS);
            a2 = ea.fma(x, a2);
            b2 = eb.fma(x, b2);
            x = load(v, i * dim + d + 3 * FLOATS);
            a3 = ea.fma(x, a3);
            b3 = eb.fma(x, b3);
        }
        a0.intoArray(o, at);
        a1.intoArray(o, at + FLOATS);
        a2.intoArray(o, at + 2 * FLOATS);
        a3.intoArray(o, at + 3 * FLOATS);
        b0.intoArray(o, next);
        b1.intoArray(o, next + FLOATS);
        b2.intoArray(o, next + 2 * FLOATS);
        b3.intoArray(o, next + 3 * FLOATS);
    }

    private static void add1x4Loop(float[] v, int d, int dim, int from, int to, float[] e, int eAt, float[] o, int at) {
        FloatVector a0 = load(o, at);
        FloatVector a1 = load(o, at + FLOATS);
        FloatVector a2 = load(o, at + 2 * FLOATS);
        FloatVector a3 = load(o, at + 3 * FLOATS);
        for (int i = from; i < to; i++) {
            FloatVector ea = FloatVector.broadcast(Lanes.F, e[eAt + i]);
            a0 = ea.fma(load(v, i * dim + d), a0);
            a1 = ea.fma(load(v, i * dim + d + FLOATS), a1);
            a2 = ea.fma(load(v, i * dim + d + 2 * FLOATS), a2);
            a3 = ea.fma(load(v, i * dim + d + 3 * FLOATS), a3);
        }
        a0.intoArray(o, at);
        a1.intoArray(o, at + FLOATS);
        a2.intoArray(o, at + 2 * FLOATS);
        a3.intoArray(o, at + 3 * FLOATS);
    }

    private static void add1x1Loop(float[] v, int d, int dim, int from, int to, float[] e, int eAt, float[] o, int at) {
        FloatVector a = load(o, at);
        for (int i = from; i < to; i++) {
            a = FloatVector.broadcast(Lanes.F, e[eAt + i]).fma(load(v, i * dim + d), a);
        }
        a.intoArray(o, at);
    }
}
