/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.allocation.BudgetLimits;
import io.headwater.compression.allocation.Contest;
import io.headwater.compression.allocation.HeadBudgets;
import io.headwater.compression.allocation.ScoreTable;
import io.headwater.compression.allocation.SharedBudgets;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A change point as engines will run it: every shard reports its heads, the tables are added up, every shard compresses its heads. */
class DividedBudgetTest {
    private static final KvLayout LAYOUT = new KvLayout(16, KvType.BF16);
    private static final int LAYERS = 2;
    private static final int KV_HEADS = 3;
    private static final int CAPACITY = 300;
    private static final int MEAN = 80;

    @Test
    void whateverTheShardsEveryHeadEndsWithTheSameBitsAndTheModelWithTheBudget() throws PolicyException {
        for (String text : new String[] {"ada-kv:window=8", "ems", "h2o", "snapkv:window=8,sinks=4", "kv-compress"}) {
            KvPolicy policy = KvPolicy.parse(text);
            BudgetLimits limits = BudgetLimits.withFloor(MEAN, policy.leastBudget(), 0.2, 200);
            for (Contest contest : new Contest[] {
                Contest.adaptive(LAYERS, KV_HEADS, limits), Contest.global(LAYERS, KV_HEADS, limits, 16)
            }) {
                List<String> alone = twoChangePoints(policy, contest, new int[] {0, 0, 0});
                for (int[] owners : new int[][] {{0, 0, 1}, {0, 1, 2}}) {
                    assertThat(twoChangePoints(policy, contest, owners))
                            .as(policy + " " + contest + " " + Arrays.toString(owners))
                            .isEqualTo(alone);
                }
            }
        }
    }

    /** Fingerprints of all heads after a prompt's change point and one of decoding. */
    private static List<String> twoChangePoints(KvPolicy policy, Contest contest, int[] owners) {
        List<TestHead> heads = new ArrayList<>();
        for (int i = 0; i < LAYERS * KV_HEADS; i++) {
            TestHead head = RandomHeads.head(LAYOUT, CAPACITY, 1, Math.max(1, policy.window()), 0.1f + 0.2f * i, i);
            for (int entry = 0; entry < CAPACITY; entry++) { // the higher the head, the sharper
                head.columnSum(entry, (float) StrictMath.pow(head.columnSum(entry), 1 + i));
            }
            heads.add(head);
        }
        changePoint(policy, contest, owners, heads);
        int[] lengths = heads.stream().mapToInt(TestHead::length).toArray();
        assertThat(Arrays.stream(lengths).distinct().count())
                .as(policy + " of " + contest + ": heads that differ")
                .isGreaterThan(1);
        Random random = new Random(9);
        for (TestHead head : heads) {
            for (int i = 0; i < 16; i++) {
                head.append(vector(random), vector(random), 1000 + i);
            }
        }
        changePoint(policy, contest, owners, heads);
        return heads.stream().map(TestHead::fingerprint).toList();
    }

    private static float[] vector(Random random) {
        float[] x = new float[16];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static void changePoint(KvPolicy policy, Contest contest, int[] owners, List<TestHead> heads) {
        int shards = Arrays.stream(owners).max().orElseThrow() + 1;
        ScoreTable sum = new ScoreTable(contest, CAPACITY);
        for (int shard = shards - 1; shard >= 0; shard--) {
            ScoreTable table = new ScoreTable(contest, CAPACITY);
            HeadReporter reporter = new HeadReporter(compressor(policy), CAPACITY);
            for (int i : ownedBy(shard, owners, heads)) {
                reporter.report(heads.get(i), table, i, 0, 1);
            }
            Arrays.setAll(sum.words(), i -> sum.words()[i] + table.words()[i]);
        }
        for (int shard = 0; shard < shards; shard++) {
            HeadBudgets budgets = SharedBudgets.of(sum);
            HeadCompressor compressor = compressor(policy);
            for (int i : ownedBy(shard, owners, heads)) {
                compressor.compress(heads.get(i), budgets.of(i / KV_HEADS, i % KV_HEADS));
                assertThat(heads.get(i).length()).isLessThanOrEqualTo(budgets.of(i / KV_HEADS, i % KV_HEADS));
            }
        }
        assertThat(heads.stream().mapToInt(TestHead::length).sum()).isEqualTo(MEAN * heads.size());
    }

    private static int[] ownedBy(int shard, int[] owners, List<TestHead> heads) {
        return IntStream.range(0, heads.size())
                .filter(i -> owners[i % KV_HEADS] == shard)
                .toArray();
    }

    private static HeadCompressor compressor(KvPolicy policy) {
        return new HeadCompressor(policy, LAYOUT, 1, CAPACITY, Kernels.scalar(), TestRotation.interleaved(16));
    }
}
