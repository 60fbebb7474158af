/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.MAX;

import io.headwater.tensors.kernels.Attention;
import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.EntryMembers;
import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.LaneSums;
import io.headwater.tensors.kernels.QueryRows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * m, e = exp(z − m) and s of one row and chunk. Scores are filled up to a multiple of 16 with −∞, whose e is +0: adding that to a
 * sum, which is never −0, changes no bit.
 */
final class AttentionSoftmax {
    private AttentionSoftmax() {}

    static void row(KvBlocks kv, int chunk, QueryRows rows, int row, AttentionScratch scratch) {
        float[] z = scratch.scores();
        int at = row * Attention.CHUNK_ENTRIES;
        int n = rows.visibleIn(row, chunk);
        int index = rows.chunkIndex(row, chunk);
        rows.chunkMax()[index] = weights(kv, chunk, row, n, scratch);
        rows.chunkSum()[index] = sum(z, at, padded(n), scratch.lanes());
        rows.keepWeights(row, chunk, z, at);
    }

    /** Turns the logits of a row's {@code n} entries into weights e^(z − m), members' added; returns m. */
    static float weights(KvBlocks kv, int chunk, int row, int n, AttentionScratch scratch) {
        float[] z = scratch.scores();
        int at = row * Attention.CHUNK_ENTRIES;
        int padded = padded(n);
        EntryMembers members = kv.members();
        Arrays.fill(z, at + n, at + padded, Float.NEGATIVE_INFINITY);
        float max = maxLoop(z, at, padded);
        if (members == null || members.count() == 0) {
            exponentialsLoop(z, at, padded, max);
            return max;
        }
        return withMembers(members, chunk * Attention.CHUNK_ENTRIES, z, at, n, max, scratch);
    }

    /** The length in whole lanes. */
    static int padded(int n) {
        return (n + LaneSums.LANES - 1) / LaneSums.LANES * LaneSums.LANES;
    }

    /** As exponentialsLoop, with the weights of members added to their entries'; returns the maximum of all. */
    private static float withMembers(
            EntryMembers members, int first, float[] z, int at, int n, float maxOfEntries, AttentionScratch scratch) {
        int from = members.first(first);
        int to = members.first(first + n);
        float[] more = memberLogits(members, from, to, first, z, at, scratch);
        float max = Math.max(maxOfEntries, maxLoop(more, 0, padded(to - from)));
        exponentialsLoop(z, at, padded(n), max);
        exponentialsLoop(more, 0, padded(to - from), max);
        members.add(from, to, first, more, z, at);
        return max;
    }

    /** Logits of members [from, to), filled up with −∞. */
    private static float[] memberLogits(
            EntryMembers members, int from, int to, int first, float[] z, int at, AttentionScratch scratch) {
        float[] more = scratch.members(to - from);
        members.logits(from, to, first, z, at, more);
        Arrays.fill(more, to - from, padded(to - from), Float.NEGATIVE_INFINITY);
        return more;
    }

    private static float maxLoop(float[] z, int at, int n) {
        FloatVector max = FloatVector.broadcast(Lanes.F, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < n; i += FLOATS) {
            max = max.max(FloatVector.fromArray(Lanes.F, z, at + i));
        }
        return max.reduceLanes(MAX);
    }

    private static void exponentialsLoop(float[] z, int at, int n, float max) {
        FloatVector m = FloatVector.broadcast(Lanes.F, max);
        for (int i = 0; i < n; i += FLOATS) {
            VectorExp.exp(FloatVector.fromArray(Lanes.F, z, at + i).sub(m)).intoArray(z, at + i);
        }
    }

    private static float sum(float[] z, int at, int n, float[] lanes) {
        for (int part = 0; part < LaneSums.LANES; part += FLOATS) {
            sumLoop(z, at + part, n - part, lanes, part);
        }
        return LaneSums.fold(lanes, 0);
    }

    private static void sumLoop(float[] z, int from, int n, float[] lanes, int part) {
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int i = 0; i < n; i += LaneSums.LANES) {
            sum = sum.add(FloatVector.fromArray(Lanes.F, z, from + i));
        }
        sum.intoArray(lanes, part);
    }
}
