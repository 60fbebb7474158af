/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;
import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;

import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.EntryMembers;
import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.QueryGroup;
import io.headwater.tensors.kernels.QueryRows;
import io.headwater.tensors.kernels.Scores;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * {@link Scores}, entries in lanes. Rows are filled up to a multiple of 16 entries with −∞, whose probability is +0 and is never
 * added to a sum.
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
        if (rows.keepsLogits()) {
            Scores.keptLogits(chunk, rows, scratch);
        } else {
            ChunkLogits.compute(kv, chunk, rows, scratch);
        }
        for (int row = 0; row < rows.rows(); row += group.size()) {
            int n = rows.visibleIn(row, chunk);
            if (n > 0) {
                reduce(kv.members(), chunk * CHUNK_ENTRIES, rows, row, n, group, scratch);
                addLoop(scratch.scores(), row * CHUNK_ENTRIES, n, group.factor(), sums, chunk * CHUNK_ENTRIES);
            }
        }
    }

    /** Turns a group's logits into probabilities, and the first row's into the group's. */
    private static void reduce(
            @Nullable EntryMembers members,
            int firstEntry,
            QueryRows rows,
            int row,
            int n,
            QueryGroup group,
            AttentionScratch scratch) {
        float[] z = scratch.scores();
        int padded = AttentionSoftmax.padded(n);
        int first = row * CHUNK_ENTRIES;
        for (int i = 0; i < group.size(); i++) {
            int at = first + i * CHUNK_ENTRIES;
            Arrays.fill(z, at + n, at + padded, Float.NEGATIVE_INFINITY);
            float max = rows.max()[row + i];
            float inverseSum = 1f / rows.sum()[row + i];
            if (members == null || members.count() == 0) {
                probabilitiesLoop(z, at, padded, max, inverseSum);
            } else {
                withMembers(members, firstEntry, z, at, n, max, inverseSum, scratch);
            }
            if (i > 0) {
                switch (group.reduction()) {
                    case MEAN -> sumLoop(z, first, at, padded);
                    case MAX -> maxLoop(z, first, at, padded);
                }
            }
        }
    }

    private static void withMembers(
            EntryMembers members,
            int firstEntry,
            float[] z,
            int at,
            int n,
            float max,
            float inverseSum,
            AttentionScratch scratch) {
        int from = members.first(firstEntry);
        int to = members.first(firstEntry + n);
        float[] more = AttentionSoftmax.memberLogits(members, from, to, firstEntry, z, at, scratch);
        probabilitiesLoop(z, at, AttentionSoftmax.padded(n), max, inverseSum);
        probabilitiesLoop(more, 0, AttentionSoftmax.padded(to - from), max, inverseSum);
        members.add(from, to, firstEntry, more, z, at);
    }

    private static FloatVector load(float[] x, int at) {
        return FloatVector.fromArray(Lanes.F, x, at);
    }

    private static void probabilitiesLoop(float[] z, int at, int n, float max, float inverseSum) {
        FloatVector m = FloatVector.broadcast(Lanes.F, max);
        FloatVector factor = FloatVector.broadcast(Lanes.F, inverseSum);
        for (int i = 0; i < n; i += FLOATS) {
            VectorExp.exp(load(z, at + i).sub(m)).mul(factor).intoArray(z, at + i);
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
