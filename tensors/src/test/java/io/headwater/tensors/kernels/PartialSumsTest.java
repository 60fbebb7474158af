/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PartialSumsTest {
    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void addsTheOraclesIntegersAtEverySizeAndOffset(Kernels kernels) {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            int n = 16 * random.nextInt(12);
            int offset = random.nextInt(5);
            float[] y = contributions(random, n + offset);
            long[] want = random.longs(n + 2L * offset, -(1L << 50), 1L << 50).toArray();
            long[] got = want.clone();
            assertThat(Kernels.scalar().partialSums().add(y, offset, want, 2 * offset, n))
                    .isTrue();

            assertThat(kernels.partialSums().add(y, offset, got, 2 * offset, n))
                    .as("seed=%d", seed)
                    .isTrue();

            assertThat(got).as("seed=%d", seed).isEqualTo(want);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void halvesGoToEvenOnBothSidesOfZero(Kernels kernels) {
        float[] y = new float[16];
        for (int i = 0; i < 16; i++) {
            y[i] = (i - 8 + 0.5f) * 0x1p-20f;
        }
        long[] sums = new long[16];

        assertThat(kernels.partialSums().add(y, 0, sums, 0, 16)).isTrue();

        assertThat(sums).isEqualTo(new long[] {-8, -6, -6, -4, -4, -2, -2, 0, 0, 2, 2, 4, 4, 6, 6, 8});
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void theLimitIsLetThroughOnBothSides(Kernels kernels) {
        float[] y = new float[16];
        y[3] = 0x1p30f;
        y[12] = -0x1p30f;
        long[] sums = new long[16];

        assertThat(kernels.partialSums().add(y, 0, sums, 0, 16)).isTrue();

        assertThat(sums[3]).isEqualTo(1L << 50);
        assertThat(sums[12]).isEqualTo(-(1L << 50));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void nanAndWhatIsOutOfRangeAreReportedWhereverTheyLie(Kernels kernels) {
        float[] bad = {
            Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Math.nextUp(0x1p30f), -Math.nextUp(0x1p30f)
        };
        for (float value : bad) {
            for (int at = 0; at < 48; at++) {
                float[] y = new float[48];
                y[at] = value;

                boolean inRange = kernels.partialSums().add(y, 0, new long[48], 0, 48);

                assertThat(inRange).as("%s at %d", value, at).isFalse();
                assertThat(Kernels.scalar().partialSums().add(y, 0, new long[48], 0, 48))
                        .isFalse();
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void addsBackToTheResidualWithTheOraclesBits(Kernels kernels) {
        Random random = new Random(9);
        long[] sums = random.longs(51, -(1L << 52), 1L << 52).toArray();
        float[] want = Inputs.rough(random, 53);
        float[] got = want.clone();
        Kernels.scalar().partialSums().addTo(sums, 1, want, 3, 48);

        kernels.partialSums().addTo(sums, 1, got, 3, 48);

        Bits.assertSame(got, want, "residual");
    }

    @Test
    void theOracleRoundsTheDecimalValueOnce() {
        for (float y : contributions(new Random(4), 1000)) {
            long[] sums = {0};

            new ScalarPartialSums().add(new float[] {y}, 0, sums, 0, 1);

            BigDecimal scaled = new BigDecimal((double) y).multiply(new BigDecimal(1 << 20));
            assertThat(sums[0])
                    .as("y = %s", y)
                    .isEqualTo(scaled.setScale(0, RoundingMode.HALF_EVEN).longValueExact());
        }
    }

    @Test
    void unitsMayBeAddedInAnyOrder() {
        float[] y = contributions(new Random(6), 200);
        long[] up = {0};
        long[] down = {0};

        for (int i = 0; i < y.length; i++) {
            new ScalarPartialSums().add(y, i, up, 0, 1);
            new ScalarPartialSums().add(y, y.length - 1 - i, down, 0, 1);
        }

        assertThat(up).isEqualTo(down);
    }

    /** From far below one unit of 2^-20 to what sink tokens reach. */
    private static float[] contributions(Random random, int n) {
        float[] y = new float[n];
        for (int i = 0; i < n; i++) {
            y[i] = (float) Math.scalb(random.nextGaussian(), random.nextInt(-40, 26));
        }
        return y;
    }
}
