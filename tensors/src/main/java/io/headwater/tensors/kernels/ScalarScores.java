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
                total(rows, row, chunk, n, scratch);
            }
        }
    }

    private static void total(QueryRows rows, int row, int chunk, int n, AttentionScratch scratch) {
        float[] z = scratch.scores();
        int at = row * CHUNK_ENTRIES;
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, z[at + i]);
        }
        float[] lanes = scratch.lanes();
        Arrays.fill(lanes, 0f);
        for (int i = 0; i < n; i++) {
            lanes[i % LaneSums.LANES] += ExactExp.exp(z[at + i] - max);
        }
        rows.chunkMax()[rows.chunkIndex(row, chunk)] = max;
        rows.chunkSum()[rows.chunkIndex(row, chunk)] = LaneSums.fold(lanes, 0);
    }

    @Override
    public void columns(
            KvBlocks kv, int chunk, QueryRows rows, QueryGroup group, AttentionScratch scratch, float[] sums) {
        logits(kv, chunk, rows, scratch);
        for (int row = 0; row < rows.rows(); row += group.size()) {
            for (int i = 0; i < rows.visibleIn(row, chunk); i++) {
                float reduced = probability(rows, row, i, scratch);
                for (int next = row + 1; next < row + group.size(); next++) {
                    float a = probability(rows, next, i, scratch);
                    reduced = switch (group.reduction()) {
                        case MEAN -> reduced + a;
                        case MAX -> Math.max(reduced, a);
                    };
                }
                sums[chunk * CHUNK_ENTRIES + i] += reduced * group.factor();
            }
        }
    }

    private static float probability(QueryRows rows, int row, int i, AttentionScratch scratch) {
        float z = scratch.scores()[row * CHUNK_ENTRIES + i];
        return ExactExp.exp(z - rows.max()[row]) * (1f / rows.sum()[row]);
    }
}
