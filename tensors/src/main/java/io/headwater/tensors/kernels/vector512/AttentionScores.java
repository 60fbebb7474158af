/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;
import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;
import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;

import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.QueryRows;
import jdk.incubator.vector.FloatVector;

/** q · k for a block of 32 entries, entries in lanes, four query rows at a time. */
final class AttentionScores {
    private AttentionScores() {}

    static void block(KvLayout layout, QueryRows rows, AttentionScratch scratch, int block) {
        float[] q = rows.queries();
        int last = rows.rows() - 1;
        for (int row = 0; row <= last; row += 4) {
            // A short last group repeats its last row: the same scores go to the same place again.
            int r1 = Math.min(row + 1, last);
            int r2 = Math.min(row + 2, last);
            int r3 = Math.min(row + 3, last);
            for (int lane = 0; lane < BLOCK_ENTRIES; lane += 2 * FLOATS) {
                int at = block * BLOCK_ENTRIES + lane;
                rows4Loop(
                        scratch.keys(),
                        lane,
                        layout.headDim(),
                        q,
                        rows.queryOffset(row),
                        rows.queryOffset(r1),
                        rows.queryOffset(r2),
                        rows.queryOffset(r3),
                        scratch.scores(),
                        row * CHUNK_ENTRIES + at,
                        r1 * CHUNK_ENTRIES + at,
                        r2 * CHUNK_ENTRIES + at,
                        r3 * CHUNK_ENTRIES + at);
            }
        }
    }

    private static FloatVector value(float[] q, int at) {
        return FloatVector.broadcast(Lanes.F, q[at]);
    }

    @SuppressWarnings("TooManyParameters") // C2 keeps these in registers; a record would be allocated per call
    private static void rows4Loop(
            float[] keys,
            int lane,
            int headDim,
            float[] q,
            int q0,
            int q1,
            int q2,
            int q3,
            float[] z,
            int z0,
            int z1,
            int z2,
            int z3) {
        FloatVector a0 = FloatVector.zero(Lanes.F);
        FloatVector a1 = a0;
        FloatVector b0 = a0;
        FloatVector b1 = a0;
        FloatVector c0 = a0;
        FloatVector c1 = a0;
        FloatVector d0 = a0;
        FloatVector d1 = a0;
        for (int d = 0; d < headDim; d++) {
            FloatVector k0 = FloatVector.fromArray(Lanes.F, keys, d * BLOCK_ENTRIES + lane);
            FloatVector k1 = FloatVector.fromArray(Lanes.F, keys, d * BLOCK_ENTRIES + lane + FLOATS);
            FloatVector v = value(q, q0 + d);
            a0 = v.fma(k0, a0);
            a1 = v.fma(k1, a1);
            v = value(q, q1 + d);
            b0 = v.fma(k0, b0);
            b1 = v.fma(k1, b1);
            v = value(q, q2 + d);
            c0 = v.fma(k0, c0);
            c1 = v.fma(k1, c1);
            v = value(q, q3 + d);
            d0 = v.fma(k0, d0);
            d1 = v.fma(k1, d1);
        }
        store2(a0, a1, z, z0);
        store2(b0, b1, z, z1);
        store2(c0, c1, z, z2);
        store2(d0, d1, z, z3);
    }

    private static void store2(FloatVector a, FloatVector b, float[] z, int at) {
        a.intoArray(z, at);
        b.intoArray(z, at + FLOATS);
    }
}
