/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;

import java.util.Arrays;

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
        float[] e = scratch.scores();
        int at = row * CHUNK_ENTRIES;
        float max = weights(kv, chunk, row, n, scratch);
        rows.keepWeights(row, chunk, e, at);
        float[] lanes = scratch.lanes();
        Arrays.fill(lanes, 0f);
        for (int i = 0; i < n; i++) {
            lanes[i % LaneSums.LANES] += e[at + i];
        }
        rows.chunkMax()[rows.chunkIndex(row, chunk)] = max;
        rows.chunkSum()[rows.chunkIndex(row, chunk)] = LaneSums.fold(lanes, 0);
    }

    /** Turns a row's logits into weights; returns their maximum m. */
    private static float weights(KvBlocks kv, int chunk, int row, int n, AttentionScratch scratch) {
        float[] z = scratch.scores();
        int at = row * CHUNK_ENTRIES;
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, z[at + i]);
        }
        return ScalarAttention.weights(kv.members(), chunk * CHUNK_ENTRIES, z, at, n, max, scratch);
    }

    @Override
    public void columns(
            KvBlocks kv, int chunk, QueryRows rows, QueryGroup group, AttentionScratch scratch, float[] sums) {
        if (!rows.keepsWeights()) {
            logits(kv, chunk, rows, scratch);
        }
        float[] a = scratch.scores();
        for (int row = 0; row < rows.rows(); row++) {
            int n = rows.visibleIn(row, chunk);
            if (n > 0) {
                probabilities(kv, chunk, rows, row, n, scratch);
            }
        }
        for (int row = 0; row < rows.rows(); row += group.size()) {
            for (int i = 0; i < rows.visibleIn(row, chunk); i++) {
                float first = a[row * CHUNK_ENTRIES + i];
                float reduced = group.reduction() == QueryGroup.Reduction.SQUARES ? first * first : first;
                for (int next = row + 1; next < row + group.size(); next++) {
                    float other = a[next * CHUNK_ENTRIES + i];
                    reduced = switch (group.reduction()) {
                        case MEAN -> reduced + other;
                        case MAX -> Math.max(reduced, other);
                        case SQUARES -> Math.fma(other, other, reduced);
                    };
                }
                sums[chunk * CHUNK_ENTRIES + i] += reduced * group.factor();
            }
        }
    }

    private static void probabilities(
            KvBlocks kv, int chunk, QueryRows rows, int row, int n, AttentionScratch scratch) {
        float[] a = scratch.scores();
        int at = row * CHUNK_ENTRIES;
        float max;
        if (rows.keepsWeights()) {
            System.arraycopy(rows.weights(), rows.weightsAt(row, chunk), a, at, n);
            max = rows.chunkMax()[rows.chunkIndex(row, chunk)];
        } else {
            max = weights(kv, chunk, row, n, scratch);
        }
        float factor = Scores.factor(rows, row, max);
        for (int i = 0; i < n; i++) {
            a[at + i] *= factor;
        }
    }
}
