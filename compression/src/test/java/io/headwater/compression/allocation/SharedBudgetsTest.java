/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Ada-KV's and KV-Compress's division (the golden one of kvpress is in GoldenOnceTest). */
class SharedBudgetsTest {
    private static final int ROUNDS = 250;

    private static Contest contest(Random random) {
        int least = random.nextInt(20);
        int mean = least + random.nextInt(60);
        BudgetLimits limits = new BudgetLimits(mean, least, mean + random.nextInt(100));
        int nLayers = 1 + random.nextInt(4);
        int kvHeads = 1 + random.nextInt(5);
        return random.nextBoolean()
                ? Contest.adaptive(nLayers, kvHeads, limits)
                : Contest.global(nLayers, kvHeads, limits, 1 + random.nextInt(16));
    }

    @Test
    void anyPartitionOfTheHeadsOverShardsInAnyOrderGivesTheSameBudgets() {
        Random random = new Random(1);
        for (int round = 0; round < ROUNDS; round++) {
            RandomScores heads = RandomScores.of(contest(random), 1, 150, random);
            HeadBudgets alone = SharedBudgets.of(heads.table());

            int nShards = 1 + random.nextInt(heads.contest.kvHeads());
            int[] ownerOf = random.ints(heads.contest.kvHeads(), 0, nShards).toArray();
            List<ScoreTable> shards = new ArrayList<>();
            for (int shard = 0; shard < nShards; shard++) {
                ScoreTable table = new ScoreTable(heads.contest, heads.longest);
                for (int head = 0; head < heads.scores.length; head++) {
                    if (ownerOf[head % heads.contest.kvHeads()] == shard) {
                        heads.put(table, head);
                    }
                }
                shards.add(table);
            }
            Collections.shuffle(shards, random);
            ScoreTable sum = new ScoreTable(heads.contest, heads.longest);
            for (ScoreTable shard : shards) {
                Arrays.setAll(sum.words(), i -> sum.words()[i] + shard.words()[i]);
            }

            assertThat(SharedBudgets.of(sum)).isEqualTo(alone);
        }
    }

    @Test
    void headsThatAllHaveRoomAtTheMeanLoseNothingThoughTheirLastChunksArePartlyEmpty() {
        Random random = new Random(7);
        for (int mean : new int[] {40, 48, 100, 300}) {
            Contest contest = Contest.global(6, 3, BudgetLimits.withFloor(mean, 13, 0.2, 4096), 32);
            RandomScores heads = RandomScores.of(contest, mean - 2, mean, random);

            HeadBudgets budgets = SharedBudgets.of(heads.table());

            assertThat(budgets)
                    .isEqualTo(new HeadBudgets(
                            3, IntStream.generate(() -> mean).limit(18).toArray()));
        }
    }

    @Test
    void budgetsSumExactlyAndLieBetweenFloorAndMost() {
        Random random = new Random(2);
        for (int round = 0; round < ROUNDS; round++) {
            RandomScores heads = RandomScores.of(contest(random), 1, 150, random);
            Contest contest = heads.contest;
            HeadBudgets budgets = SharedBudgets.of(heads.table());

            for (int layer = 0; layer < contest.nLayers(); layer++) {
                int at = layer;
                int[] ofLayer = IntStream.range(0, contest.kvHeads())
                        .map(h -> budgets.of(at, h))
                        .toArray();
                assertThat(IntStream.of(ofLayer)
                                .allMatch(b -> b >= contest.limits().least()
                                        && b <= contest.limits().most()))
                        .isTrue();
                if (contest.perLayer()) {
                    assertThat(IntStream.of(ofLayer).sum())
                            .isEqualTo(contest.limits().mean() * contest.kvHeads());
                }
            }
            assertThat(budgets.sum()).isEqualTo((long) contest.limits().mean() * contest.nLayers() * contest.kvHeads());
            assertThat(budgets.largest())
                    .isLessThanOrEqualTo(
                            allHeadsAreLong(heads)
                                    ? contest.mostOfOne()
                                    : contest.limits().most());
        }
    }

    private static boolean allHeadsAreLong(RandomScores heads) {
        return Arrays.stream(heads.scores)
                .allMatch(s -> s.length > heads.contest.limits().mean());
    }

    /** A chunk that heads compete for. */
    private record Chunk(int head, int index, float best) {}

    @Test
    void whatIsKeptIsTheBestOfAllHeadsTogetherAndOfEqualOnesTheLowerHeads() {
        Random random = new Random(3);
        for (int round = 0; round < ROUNDS; round++) {
            Contest contest = contest(random);
            RandomScores heads = RandomScores.of(contest, contest.limits().most(), 200, random);
            HeadBudgets budgets = SharedBudgets.of(heads.table());
            for (int from = 0; from < heads.scores.length; from += contest.group()) {
                assertThat(IntStream.range(from, from + contest.group())
                                .map(h -> budgets.of(h / contest.kvHeads(), h % contest.kvHeads()))
                                .toArray())
                        .isEqualTo(bySorting(heads, from, from + contest.group()));
            }
        }
    }

    /** The definition, with everything sorted; all heads are longer than the most they may get. */
    private static int[] bySorting(RandomScores heads, int from, int to) {
        Contest contest = heads.contest;
        int chunk = contest.chunk();
        List<Chunk> chunks = new ArrayList<>();
        for (int head = from; head < to; head++) {
            float[] sorted = heads.scores[head].clone();
            Arrays.sort(sorted);
            for (int i = 0;
                    contest.floor() + (i + 1) * chunk <= contest.limits().most();
                    i++) {
                chunks.add(new Chunk(head, i, sorted[sorted.length - 1 - contest.floor() - i * chunk]));
            }
        }
        chunks.sort(Comparator.comparingDouble((Chunk c) -> -c.best())
                .thenComparingInt(Chunk::head)
                .thenComparingInt(Chunk::index));
        int[] budgets = new int[to - from];
        Arrays.fill(budgets, contest.floor());
        int room = contest.limits().mean() * (to - from) - contest.floor() * (to - from);
        for (Chunk next : chunks) {
            int more = Math.min(chunk, room);
            budgets[next.head() - from] += more;
            room -= more;
        }
        for (int head = 0; room > 0; head = (head + 1) % budgets.length) { // the most lets nobody have another chunk
            if (budgets[head] < contest.limits().most()) {
                budgets[head]++;
                room--;
            }
        }
        return budgets;
    }

    @Test
    void ofEqualScoresTheLowerLayerAndHeadKeepsMore() {
        RandomScores heads =
                RandomScores.of(Contest.adaptive(1, 4, new BudgetLimits(10, 4, 40)), 30, 30, new Random(4));
        for (float[] head : heads.scores) {
            Arrays.fill(head, 1f);
        }
        assertThat(SharedBudgets.of(heads.table())).isEqualTo(new HeadBudgets(4, new int[] {28, 4, 4, 4}));
    }

    @Test
    void whereNobodyHasMoreEntriesTheRestIsDividedEvenly() {
        RandomScores heads =
                RandomScores.of(Contest.adaptive(1, 3, new BudgetLimits(50, 4, 60)), 20, 20, new Random(5));
        assertThat(SharedBudgets.of(heads.table())).isEqualTo(new HeadBudgets(3, new int[] {50, 50, 50}));
    }

    @Test
    void aMeanWithoutRoomForAWholeBlockMoreThanTheLeastIsDividedUniformly() {
        Contest contest = Contest.global(2, 3, new BudgetLimits(20, 17, 100), 16);
        assertThat(contest.keysPerHead(1000)).isZero();
        assertThat(SharedBudgets.of(
                        RandomScores.of(contest, 90, 90, new Random(6)).table()))
                .isEqualTo(FixedBudgets.uniform(2, 3, contest.limits()));
    }

    @Test
    void aHeadReportsNoMoreThanItCouldWinAndWhatItHas() {
        BudgetLimits limits = BudgetLimits.withFloor(256, 12, 0.2, 4096);
        assertThat(limits.least()).isEqualTo(51);
        Contest adaptive = Contest.adaptive(30, 3, limits);
        assertThat(adaptive.keysPerHead(8448)).isEqualTo(3 * (256 - 51));
        assertThat(adaptive.keysPerHead(320)).isEqualTo(320 - 51);
        assertThat(adaptive.mostOfOne()).isEqualTo(51 + 3 * (256 - 51));
        assertThat(new ScoreTable(adaptive, 320).rowWords()).isEqualTo(3 * (1 + 135));
        Contest global = Contest.global(30, 3, limits, 16);
        assertThat(global.floor()).isEqualTo(64);
        assertThat(global.keysPerHead(8448)).isEqualTo((4096 - 64) / 16);
        assertThat(new ScoreTable(global, 320).words()).hasSize(90 * (1 + 8));
    }

    @Test
    void keysRiseAsScoresDo() {
        float[] rising = {
            Float.NEGATIVE_INFINITY,
            -Float.MAX_VALUE,
            -1,
            -Float.MIN_VALUE,
            0,
            Float.MIN_VALUE,
            0.5f,
            1,
            Float.MAX_VALUE,
            Float.POSITIVE_INFINITY
        };
        for (int i = 1; i < rising.length; i++) {
            assertThat(ScoreKey.of(rising[i])).isBetween(ScoreKey.of(rising[i - 1]) + 1, ScoreKey.END - 1);
        }
        assertThat(ScoreKey.of(-0f)).isEqualTo(ScoreKey.of(0f));
        assertThat(ScoreKey.of(Float.NaN)).isEqualTo(ScoreKey.of(Float.NEGATIVE_INFINITY));
    }
}
