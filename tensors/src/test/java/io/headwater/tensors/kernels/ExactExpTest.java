/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExactExpTest {
    @Test
    void isWithinTwoUlpOfStrictMathOverTheWholeRange() {
        double worst = 0;
        float at = 0;
        for (int bits = 0; bits < Float.floatToIntBits(ExactExp.HIGHEST); bits += 1009) {
            for (int sign = 0; sign < 2; sign++) {
                float x = Float.intBitsToFloat(bits | sign << 31);
                if (x >= ExactExp.LOWEST && ulps(x) > worst) {
                    worst = ulps(x);
                    at = x;
                }
            }
        }

        assertThat(worst).as("ulp, at %s", at).isLessThanOrEqualTo(2);
        assertThat(ulps(ExactExp.LOWEST)).isLessThanOrEqualTo(2);
        assertThat(ulps(ExactExp.HIGHEST)).isLessThanOrEqualTo(2);
    }

    @Test
    void endsAreZeroAndInfinityWithNoSubnormalBetween() {
        assertThat(ExactExp.exp(ExactExp.LOWEST)).isGreaterThanOrEqualTo(Float.MIN_NORMAL);
        assertThat(ExactExp.exp(ExactExp.HIGHEST)).isFinite().isGreaterThan(2.3e38f);
        assertThat(Float.floatToRawIntBits(ExactExp.exp(Math.nextDown(ExactExp.LOWEST))))
                .isZero();
        assertThat(ExactExp.exp(Math.nextUp(ExactExp.HIGHEST))).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(Float.floatToRawIntBits(ExactExp.exp(Float.NEGATIVE_INFINITY)))
                .isZero();
        assertThat(ExactExp.exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(ExactExp.exp(Float.NaN)).isNaN();
    }

    @Test
    void ofZeroIsOne() {
        assertThat(ExactExp.exp(0f)).isEqualTo(1f);
        assertThat(ExactExp.exp(-0f)).isEqualTo(1f);
    }

    /** e^x for x ≤ 0 as softmax takes it: with queries of zero the scores are the biases, and the largest is 0. */
    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void theProvidersTakeItsBitsInSoftmax(Kernels kernels) {
        Random random = new Random(5);
        KvLayout layout = new KvLayout(2, KvType.F32);
        for (int round = 0; round < 100; round++) {
            float[] bias = nonPositive(random);
            TestKv kv = TestKv.of(layout, new float[512], new float[512], bias);
            QueryRows rows = new QueryRows(new float[2], 1, 1, layout);
            rows.add(0, 256);
            AttentionScratch scratch = new AttentionScratch(1, layout);

            kernels.attention().chunk(kv, 0, rows, scratch);

            float[] want = new float[256];
            for (int i = 0; i < 256; i++) {
                want[i] = ExactExp.exp(bias[i]);
            }
            Bits.assertSame(scratch.scores(), want, "round " + round);
        }
    }

    /** e^x for any x, as the gate takes it: g / (1 + e^(−g)). */
    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void theProvidersTakeItsBitsInTheGate(Kernels kernels) {
        int n = 1 << 16;
        float[] gate = new float[n];
        for (int i = 0; i < n; i++) {
            gate[i] = Float.intBitsToFloat(i << 16 | 0x1234); // every sign, exponent and upper fraction, NaN too
        }
        float[] up = new float[n];
        Arrays.fill(up, 1f);
        float[] got = new float[n];

        kernels.swiGlu().apply(gate, 0, up, 0, n, got, 0);

        float[] want = new float[n];
        for (int i = 0; i < n; i++) {
            want[i] = gate[i] / (1 + ExactExp.exp(-gate[i]));
        }
        Bits.assertSame(got, want, "gate");
    }

    private static float[] nonPositive(Random random) {
        float[] x = new float[256];
        for (int i = 1; i < x.length; i++) {
            x[i] = switch (random.nextInt(8)) {
                case 0 -> -87.3365f - random.nextInt(-64, 64) * 7.63e-6f; // around LOWEST
                case 1 -> -(float) Math.scalb(random.nextDouble(), random.nextInt(-140, 128));
                case 2 -> Float.NEGATIVE_INFINITY;
                default -> -random.nextFloat() * 90;
            };
        }
        return x;
    }

    private static double ulps(float x) {
        double want = StrictMath.exp(x);
        return Math.abs(ExactExp.exp(x) - want) / Math.ulp((float) want);
    }
}
