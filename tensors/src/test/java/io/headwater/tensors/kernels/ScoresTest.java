/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector providers' scores against the oracle, bit for bit, and the oracle against plain arithmetic in f64. */
class ScoresTest {
    private static final int[] HEAD_DIMS = {2, 16, 64, 80, 128};
    private static final int[] LENGTHS = {1, 15, 17, 32, 33, 255, 256, 257, 600};

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void everyHeadDimTypeLengthAndGroupGivesTheOraclesBits(Kernels kernels) {
        int tokens = 0;
        for (int headDim : HEAD_DIMS) {
            for (KvType type : KvType.values()) {
                for (int length : LENGTHS) {
                    tokens = tokens % 4 + 1;
                    for (QueryGroup group : new QueryGroup[] {
                        QueryGroup.mean(1), QueryGroup.mean(3), QueryGroup.max(4), QueryGroup.squares(3)
                    }) {
                        boolean bias = tokens % 2 == 0;
                        assertAgrees(
                                kernels,
                                AttentionCase.ofGroups(
                                        new KvLayout(headDim, type), length, tokens, group.size(), bias, length),
                                group);
                    }
                }
            }
        }
    }

    static void assertAgrees(Kernels kernels, AttentionCase attention, QueryGroup group) {
        ScoresCase got = new ScoresCase(attention, group);
        ScoresCase want = new ScoresCase(attention, group);
        Scores oracle = Kernels.scalar().scores();

        Bits.assertSame(got.logits(kernels.scores()), want.logits(oracle), want + " z");
        got.totals(kernels.scores());
        want.totals(oracle);
        Bits.assertSame(got.rows.max(), want.rows.max(), want + " M");
        Bits.assertSame(got.rows.sum(), want.rows.sum(), want + " S");
        got.columns(kernels.scores());
        want.columns(oracle);
        Bits.assertSame(got.sums, want.sums, want + " column sums");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void totalsAreThoseOfAttention(Kernels kernels) {
        for (KvType type : KvType.values()) {
            AttentionCase attention = AttentionCase.ofGroups(new KvLayout(64, type), 600, 3, 3, true, 1);
            AttentionCase.Result attended = attention.attend(kernels.attention());
            ScoresCase scores = new ScoresCase(attention, QueryGroup.mean(3));

            scores.totals(kernels.scores());

            Bits.assertSame(scores.rows.max(), attended.rows.max(), "M");
            Bits.assertSame(scores.rows.sum(), attended.rows.sum(), "S");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void columnSumsDoNotDependOnHowQueriesAreCutIntoCalls(Kernels kernels) {
        AttentionCase attention = AttentionCase.ofGroups(new KvLayout(64, KvType.BF16), 300, 5, 3, false, 2);
        QueryGroup group = QueryGroup.mean(3);
        ScoresCase together = new ScoresCase(attention, group);
        together.totals(kernels.scores());
        together.columns(kernels.scores());

        float[] sums = new float[attention.length];
        AttentionScratch scratch = new AttentionScratch(3, attention.layout);
        for (int token = 0; token < 5; token++) {
            QueryRows rows = QueryRows.withoutValues(attention.queries, 3, attention.chunks());
            for (int row = 3 * token; row < 3 * token + 3; row++) {
                rows.add(attention.queryOffset(row), attention.visible[row]);
                rows.max()[row - 3 * token] = together.rows.max()[row];
                rows.sum()[row - 3 * token] = together.rows.sum()[row];
            }
            for (int chunk = 0; chunk < attention.chunks(); chunk++) {
                kernels.scores().columns(attention.kv, chunk, rows, group, scratch, sums);
            }
        }

        Bits.assertSame(sums, together.sums, "column sums, token by token");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void columnSumsAreTheSameFromWeightsThatTotalsOrAttentionHaveKept(Kernels kernels) {
        for (KvType type : KvType.values()) {
            AttentionCase attention = AttentionCase.ofGroups(new KvLayout(64, type), 600, 4, 3, true, 5);
            QueryGroup group = QueryGroup.mean(3);
            ScoresCase multiplied = new ScoresCase(attention, group);
            multiplied.totals(kernels.scores());
            multiplied.columns(kernels.scores());
            ScoresCase kept = new ScoresCase(attention, group);
            kept.rows.keepWeights(kept.rows.rows());
            AttentionCase.Result attended =
                    attention.attend(kernels.attention(), 0, attention.visible.length, attention.visible.length);
            float[] sums = new float[attention.length];
            AttentionScratch scratch = new AttentionScratch(attention.visible.length, attention.layout);

            kept.totals(kernels.scores());
            kept.columns(kernels.scores());
            for (int chunk = 0; chunk < attention.chunks(); chunk++) {
                kernels.scores().columns(attention.kv, chunk, attended.rows, group, scratch, sums);
            }

            Bits.assertSame(kept.sums, multiplied.sums, "column sums, kept by totals");
            Bits.assertSame(sums, multiplied.sums, "column sums, kept by attention");
        }
    }

    @Test
    void theOraclesColumnSumsAreSumsOfProbabilities() {
        for (QueryGroup group : new QueryGroup[] {QueryGroup.mean(3), QueryGroup.max(3), QueryGroup.squares(3)}) {
            AttentionCase attention = AttentionCase.ofGroups(new KvLayout(16, KvType.F32), 40, 4, 3, true, 3);
            ScoresCase c = new ScoresCase(attention, group);
            c.totals(Kernels.scalar().scores());
            c.columns(Kernels.scalar().scores());

            double[] want = new double[attention.length];
            for (int token = 0; token < 4; token++) {
                for (int entry = 0; entry < attention.visible[3 * token]; entry++) {
                    double a = probability(attention, 3 * token, entry);
                    double b = probability(attention, 3 * token + 1, entry);
                    double d = probability(attention, 3 * token + 2, entry);
                    want[entry] += switch (group.reduction()) {
                        case MEAN -> (a + b + d) / 3;
                        case MAX -> Math.max(a, Math.max(b, d));
                        case SQUARES -> a * a + b * b + d * d;
                    };
                }
            }
            for (int entry = 0; entry < want.length; entry++) {
                assertThat((double) c.sums[entry]).isCloseTo(want[entry], within(1e-6));
            }
        }
    }

    private static double probability(AttentionCase c, int row, int entry) {
        double sum = 0;
        for (int other = 0; other < c.visible[row]; other++) {
            sum += Math.exp(logit(c, row, other));
        }
        return Math.exp(logit(c, row, entry)) / sum;
    }

    private static double logit(AttentionCase c, int row, int entry) {
        double z = c.bias == null ? 0 : c.bias[entry];
        for (int d = 0; d < c.layout.headDim(); d++) {
            z += (double) c.queries[c.queryOffset(row) + d] * c.keys[entry * c.layout.headDim() + d];
        }
        return z;
    }
}
