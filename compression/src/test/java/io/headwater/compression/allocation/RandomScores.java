/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import io.headwater.compression.scores.TopEntries;
import java.util.Arrays;
import java.util.Random;

/** Heads with scores, many of them equal, and tables of some of the heads as shards would fill them. */
final class RandomScores {
    final Contest contest;
    final int longest;
    final float[][] scores;

    private RandomScores(Contest contest, int longest, float[][] scores) {
        this.contest = contest;
        this.longest = longest;
        this.scores = scores;
    }

    /** Every head has {@code least} protected entries at its end. */
    static RandomScores of(Contest contest, int shortest, int longest, Random random) {
        int heads = contest.nLayers() * contest.kvHeads();
        float[][] scores = new float[heads][];
        for (int head = 0; head < heads; head++) {
            int n = shortest + random.nextInt(longest - shortest + 1);
            scores[head] = new float[n];
            int levels = 2 + random.nextInt(40);
            float scale = 1 + random.nextInt(3);
            for (int i = 0; i < n; i++) {
                scores[head][i] = scale * (random.nextInt(levels) - 1);
            }
            int protectedEntries = Math.min(n, contest.limits().least());
            Arrays.fill(scores[head], n - protectedEntries, n, Float.POSITIVE_INFINITY);
        }
        return new RandomScores(contest, longest, scores);
    }

    /** One table with all heads. */
    ScoreTable table() {
        ScoreTable table = new ScoreTable(contest, longest);
        for (int head = 0; head < scores.length; head++) {
            put(table, head);
        }
        return table;
    }

    void put(ScoreTable table, int head) {
        int[] order = new int[scores[head].length];
        new TopEntries(order.length).order(scores[head], 0, order.length, order);
        table.put(head, scores[head], order, order.length);
    }
}
