/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The global contest in blocks is KV-Compress's choice of blocks to free, as ALGORITHMS 4.4 words it. */
class BlockEvictionTest {
    private static final int BLOCK = 16;

    /** A chunk of a head in ascending order of its metrics: it costs what its largest is worth. */
    private record Chunk(int head, int index, int size, float cost) {}

    @Test
    void eachHeadKeepsWhatKvCompressLeavesItAfterFreeingTheCheapestBlocks() {
        Random random = new Random(1);
        for (int round = 0; round < 300; round++) {
            int heads = 2 + random.nextInt(10);
            int window = 1 + random.nextInt(40);
            int budget = window + 1 + random.nextInt(100);
            BudgetLimits limits = new BudgetLimits(budget, window, 4096).inBlocks(BLOCK);
            RandomScores scores = RandomScores.of(Contest.global(heads, 1, limits, BLOCK), limits.least(), 200, random);
            for (float[] head : scores.scores) { // no ties: KV-Compress says nothing of them
                for (int i = 0; i < head.length - window; i++) {
                    head[i] = random.nextFloat();
                }
                Arrays.fill(head, head.length - window, head.length, Float.POSITIVE_INFINITY);
            }
            HeadBudgets budgets = SharedBudgets.of(scores.table());

            int[] want = byFreeing(scores.scores, budget);

            for (int head = 0; head < heads; head++) {
                int kept = Math.min(scores.scores[head].length, budgets.of(head, 0));
                assertThat(kept).as("round " + round + " head " + head).isEqualTo(want[head]);
            }
            assertThat(budgets.sum() - (long) budget * heads).isBetween(0L, (long) (BLOCK - 1) * heads);
        }
    }

    /** Entries that each head has left. */
    private static int[] byFreeing(float[][] metrics, int maxCacheTokens) {
        List<Chunk> chunks = new ArrayList<>();
        int blocks = 0;
        int[] left = new int[metrics.length];
        for (int head = 0; head < metrics.length; head++) {
            float[] rising = metrics[head].clone();
            Arrays.sort(rising);
            left[head] = rising.length;
            int hanging = rising.length % BLOCK == 0 ? BLOCK : rising.length % BLOCK;
            int index = 0;
            for (int end = hanging; end <= rising.length; end += BLOCK) {
                chunks.add(new Chunk(head, index, index == 0 ? hanging : BLOCK, rising[end - 1]));
                index++;
            }
            blocks += index;
        }
        int capacity = (maxCacheTokens + BLOCK - 1) / BLOCK * BLOCK;
        int evict = Math.max(0, blocks - capacity * metrics.length / BLOCK);
        chunks.sort(Comparator.comparingDouble(Chunk::cost).thenComparingInt(Chunk::index));
        chunks.subList(0, evict).forEach(chunk -> left[chunk.head()] -= chunk.size());
        return left;
    }
}
