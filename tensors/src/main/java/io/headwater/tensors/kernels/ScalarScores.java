/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The oracle of {@link Scores}. */
final class ScalarScores implements Scores {
    @Override
    public void logits(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch) {
        for (int row = 0; row < rows.rows(); row++) {
            for (int i = 0; i < rows.visibleIn(row, chunk); i++) {
                scratch.scores()[row * CHUNK_ENTRIES + i] =
                        ScalarAttention.score(kv, chunk * CHUNK_ENTRIES + i, rows.queries(), rows.queryOffset(row));
            }
        }
    }

    @Override
    public void totals(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch) {
        logits(kv, chunk, rows, scratch);
        for (int row = 0; row < rows.rows(); row++) {
            int n = rows.visibleIn(row, chunk);
            if (n > 0) {
                total(kv, rows, row, chunk, n, scratch);
            }
        }
    }

    private static void total(KvBlocks kv, QueryRows rows, int row, int chunk, int n, AttentionScratch scratch) {
        float[] z = scratch.scores();
        int at = row * CHUNK_ENTRIES;
        rows.keepLogits(row, chunk, z, at);
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, z[at + i]);
        }
        max = ScalarAttention.weights(kv.members(), chunk * CHUNK_ENTRIES, z, at, n, max, scratch);
        float[] lanes = scratch.lanes();
        Arrays.fill(lanes, 0f);
        for (int i = 0; i < n; i++) {
            lanes[i % LaneSums.LANES] += z[at + i];
        }
        rows.chunkMax()[rows.chunkIndex(row, chunk)] = max;
        rows.chunkSum()[rows.chunkIndex(row, chunk)] = LaneSums.fold(lanes, 0);
    }

    @Override
    public void columns(
            KvBlocks kv, int chunk, QueryRows rows, QueryGroup group, AttentionScratch scratch, float[] sums) {
        if (rows.keepsLogits()) {
            Scores.keptLogits(chunk, rows, scratch);
        } else {
            logits(kv, chunk, rows, scratch);
        }
        float[] a = scratch.scores();
        for (int row = 0; row < rows.rows(); row++) {
            probabilities(kv.members(), chunk * CHUNK_ENTRIES, rows, row, rows.visibleIn(row, chunk), scratch);
        }
        for (int row = 0; row < rows.rows(); row += group.size()) {
            for (int i = 0; i < rows.visibleIn(row, chunk); i++) {
                float reduced = a[row * CHUNK_ENTRIES + i];
                for (int next = row + 1; next < row + group.size(); next++) {
                    float other = a[next * CHUNK_ENTRIES + i];
                    reduced = switch (group.reduction()) {
                        case MEAN -> reduced + other;
                        case MAX -> Math.max(reduced, other);
                    };
                }
                sums[chunk * CHUNK_ENTRIES + i] += reduced * group.factor();
            }
        }
    }

    /** Turns a row's logits into probabilities, those of members added to their entries'. */
    private static void probabilities(
            @Nullable EntryMembers members, int first, QueryRows rows, int row, int n, AttentionScratch scratch) {
        float[] z = scratch.scores();
        int at = row * CHUNK_ENTRIES;
        int from = members == null ? 0 : members.first(first);
        int to = members == null ? 0 : members.first(first + n);
        float[] more = scratch.members(to - from);
        if (members != null) {
            members.logits(from, to, first, z, at, more);
        }
        for (int i = 0; i < n; i++) {
            z[at + i] = probability(z[at + i], rows, row);
        }
        for (int i = 0; i < to - from; i++) {
            more[i] = probability(more[i], rows, row);
        }
        if (members != null) {
            members.add(from, to, first, more, z, at);
        }
    }

    private static float probability(float z, QueryRows rows, int row) {
        return ExactExp.exp(z - rows.max()[row]) * (1f / rows.sum()[row]);
    }
}
