/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The oracle of {@link Attention}. */
final class ScalarAttention implements Attention {
    @Override
    public void chunk(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch) {
        for (int row = 0; row < rows.rows(); row++) {
            int n = rows.visibleIn(row, chunk);
            if (n == 0) {
                continue;
            }
            int first = chunk * CHUNK_ENTRIES;
            float[] z = scratch.scores();
            float max = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < n; i++) {
                z[i] = score(kv, first + i, rows.queries(), rows.queryOffset(row));
                max = Math.max(max, z[i]);
            }
            max = weights(kv.members(), first, z, 0, n, max, scratch);
            rows.keepWeights(row, chunk, z, 0);
            float[] lanes = scratch.lanes();
            Arrays.fill(lanes, 0f);
            for (int i = 0; i < n; i++) {
                lanes[i % LaneSums.LANES] += z[i];
            }
            int index = rows.chunkIndex(row, chunk);
            rows.chunkMax()[index] = max;
            rows.chunkSum()[index] = LaneSums.fold(lanes, 0);
            addValues(kv, first, z, n, rows.chunkValues(), index * rows.paddedDim());
        }
    }

    /** Turns logits z[at … at + n) of entries from {@code first} on into e^(z − m), members' added; returns m, the maximum with members'. */
    static float weights(
            @Nullable EntryMembers members,
            int first,
            float[] z,
            int at,
            int n,
            float maxOfEntries,
            AttentionScratch scratch) {
        int from = members == null ? 0 : members.first(first);
        int to = members == null ? 0 : members.first(first + n);
        float[] more = scratch.members(to - from);
        float max = maxOfEntries;
        if (members != null) {
            members.logits(from, to, first, z, at, more);
        }
        for (int i = 0; i < to - from; i++) {
            max = Math.max(max, more[i]);
        }
        for (int i = 0; i < n; i++) {
            z[at + i] = ExactExp.exp(z[at + i] - max);
        }
        for (int i = 0; i < to - from; i++) {
            more[i] = ExactExp.exp(more[i] - max);
        }
        if (members != null) {
            members.add(from, to, first, more, z, at);
        }
        return max;
    }

    static float score(KvBlocks kv, int entry, float[] query, int queryOffset) {
        KvLayout layout = kv.layout();
        long block = kv.block(entry / BLOCK_ENTRIES);
        float z = 0;
        for (int d = 0; d < layout.headDim(); d++) {
            z = Math.fma(query[queryOffset + d], layout.key(kv.memory(), block, entry % BLOCK_ENTRIES, d), z);
        }
        float[] bias = kv.bias();
        return bias == null ? z : z + bias[entry];
    }

    private static void addValues(KvBlocks kv, int first, float[] e, int n, float[] out, int outOffset) {
        KvLayout layout = kv.layout();
        Arrays.fill(out, outOffset, outOffset + layout.paddedDim(), 0f);
        for (int i = 0; i < n; i++) {
            int entry = first + i;
            long block = kv.block(entry / BLOCK_ENTRIES);
            for (int d = 0; d < layout.headDim(); d++) {
                float v = layout.value(kv.memory(), block, entry % BLOCK_ENTRIES, d);
                out[outOffset + d] = Math.fma(e[i], v, out[outOffset + d]);
            }
        }
    }

    @Override
    public void merge(QueryRows rows, int row, float[] out, int outOffset, int headDim) {
        float max = Float.NEGATIVE_INFINITY;
        for (int chunk = 0; chunk < rows.chunks(row); chunk++) {
            max = Math.max(max, rows.chunkMax()[rows.chunkIndex(row, chunk)]);
        }
        float sum = 0;
        Arrays.fill(out, outOffset, outOffset + headDim, 0f);
        for (int chunk = 0; chunk < rows.chunks(row); chunk++) {
            int index = rows.chunkIndex(row, chunk);
            float factor = ExactExp.exp(rows.chunkMax()[index] - max);
            sum = Math.fma(rows.chunkSum()[index], factor, sum);
            for (int d = 0; d < headDim; d++) {
                float o = rows.chunkValues()[index * rows.paddedDim() + d];
                out[outOffset + d] = Math.fma(o, factor, out[outOffset + d]);
            }
        }
        for (int d = 0; d < headDim; d++) {
            out[outOffset + d] /= sum;
        }
        rows.max()[row] = max;
        rows.sum()[row] = sum;
    }
}
