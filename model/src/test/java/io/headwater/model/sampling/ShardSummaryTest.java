/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.headwater.tensors.kernels.ExactExp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ShardSummaryTest {
    @Test
    void theMergeIsTheSameHoweverTheUnitsAreSpreadOverShards() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            float[] x = Logits.withTies(random, 1 + random.nextInt(9000), 3);
            VocabularyMerge one = merge(List.of(summary(x, 0, x.length)));

            List<ShardSummary> shards = new ArrayList<>();
            for (int from = 0; from < x.length; ) {
                int to = Math.min(x.length, from + UnitSums.ROWS * (1 + random.nextInt(3)));
                shards.add(summary(x, from, to));
                from = to;
            }
            VocabularyMerge many = merge(shards);

            assertThat(many.max()).isEqualTo(one.max());
            assertThat(many.mass()).as("seed %d", seed).isEqualTo(one.mass());
            assertThat(keys(many)).isEqualTo(keys(one));
        }
    }

    @Test
    void theSumOfAUnitHasSixteenLanesFoldedInHalves() {
        for (int rows : new int[] {1, 15, 16, 17, 33, 1009, 1024}) {
            float[] x = Logits.withTies(new Random(rows), rows, 2);
            float max = x[Argmax.of(x, 0, rows)];
            float[] e = new float[16];
            for (int i = 0; i < rows; i++) {
                e[i % 16] += ExactExp.exp(x[i] - max);
            }

            float want = (((e[0] + e[8]) + (e[4] + e[12])) + ((e[2] + e[10]) + (e[6] + e[14])))
                    + (((e[1] + e[9]) + (e[5] + e[13])) + ((e[3] + e[11]) + (e[7] + e[15])));

            assertThat(summary(x, 0, rows).sum(0)).as("%d rows", rows).isEqualTo(want);
        }
    }

    @Test
    void theNormaliserIsThatOfTheWholeRow() {
        float[] x = Logits.withTies(new Random(1), 49_152, 4);
        double sum = 0;
        for (float logit : x) {
            sum += Math.exp(logit);
        }

        assertThat(merge(List.of(summary(x, 0, x.length))).logNormaliser()).isCloseTo(Math.log(sum), within(1e-6));
    }

    @Test
    void aForbiddenUnitAddsNothing() {
        float[] x = new float[3000];
        Arrays.fill(x, 0, 2048, Float.NEGATIVE_INFINITY);

        VocabularyMerge merge = merge(List.of(summary(x, 0, 2048), summary(x, 2048, 3000)));

        assertThat(merge.mass()).isEqualTo(952);
        assertThat(RowKey.token(merge.best().key(0))).isEqualTo(2048);
    }

    @Test
    void namesTheTokenOfABrokenValue() {
        float[] x = new float[1500];
        x[1300] = Float.NaN;

        assertThat(new ShardSummary(2048, 1500, 256).compute(x)).isEqualTo(3348);
    }

    private static ShardSummary summary(float[] x, int from, int to) {
        ShardSummary summary = new ShardSummary(from, to - from, BestRows.SENT);
        assertThat(summary.compute(Arrays.copyOfRange(x, from, to))).isEqualTo(ShardSummary.OK);
        return summary;
    }

    private static VocabularyMerge merge(List<ShardSummary> shards) {
        VocabularyMerge merge = new VocabularyMerge(BestRows.SENT);
        merge.merge(shards);
        return merge;
    }

    private static List<Long> keys(VocabularyMerge merge) {
        List<Long> keys = new ArrayList<>();
        for (int rank = 0; rank < merge.best().size(); rank++) {
            keys.add(merge.best().key(rank));
        }
        return keys;
    }
}
