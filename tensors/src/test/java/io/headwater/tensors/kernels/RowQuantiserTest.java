/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector providers' quantisers against the oracle. */
class RowQuantiserTest {
    private static final int COLUMNS = 160;
    private static final int ROWS = 3;

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void everyRowAndRangeOfBlocksGivesTheOraclesBitsAndTouchesNothingElse(Kernels kernels) {
        int[][] ranges = {{0, 5}, {0, 0}, {1, 2}, {2, 5}, {4, 5}};
        for (int seed = 0; seed < 20; seed++) {
            float[] values = Inputs.rough(new Random(seed), ROWS * COLUMNS);
            for (int row = 0; row < ROWS; row++) {
                for (int[] range : ranges) {
                    String what = "seed=%d row=%d blocks=%s".formatted(seed, row, Arrays.toString(range));
                    assertAgrees(kernels, values, row, range[0], range[1], what);
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void tiesGoToEven(Kernels kernels) {
        float[] values = new float[COLUMNS * ROWS];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 32 == 0 ? 127 : (i % 32 - 16) + 0.5f; // d = 1, so q = rint
        }

        assertAgrees(kernels, values, 0, 0, 5, "ties");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void zerosSubnormalsAndBlocksAroundTwoToTheMinus100GiveTheOraclesBits(Kernels kernels) {
        float[] maxima = {
            0f,
            -0f,
            Float.MIN_VALUE,
            -Float.MIN_NORMAL,
            Math.nextDown(0x1p-100f),
            0x1p-100f,
            -0x1p-100f,
            Float.MAX_VALUE
        };
        for (float max : maxima) {
            for (int at = 0; at < 32; at++) {
                float[] values = new float[COLUMNS * ROWS];
                Arrays.fill(values, max / 3);
                values[at] = max;
                assertAgrees(kernels, values, 0, 0, 2, "max=" + max + " at " + at);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void aValueThatIsNotFiniteIsReportedWhereverItLies(Kernels kernels) {
        float negativeNan = Float.intBitsToFloat(0xffc00001);
        float[] bad = {Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, negativeNan};
        for (float value : bad) {
            for (int at = 32; at < 96; at++) {
                Activations x = filled(Inputs.gaussian(new Random(at), ROWS * COLUMNS));
                x.values()[at] = value;

                assertThat(kernels.quantiser().quantise(x, 0, 0, 5))
                        .as("%s at %d", value, at)
                        .isFalse();
                assertThat(kernels.quantiser().quantise(x, 0, 3, 5))
                        .as("other blocks")
                        .isTrue();
                assertThat(kernels.quantiser().quantise(x, 1, 0, 5))
                        .as("other row")
                        .isTrue();
            }
        }
    }

    private static void assertAgrees(Kernels kernels, float[] values, int row, int from, int to, String what) {
        Activations want = filled(values);
        boolean wantFinite = Kernels.scalar().quantiser().quantise(want, row, from, to);
        Activations got = filled(values);

        boolean gotFinite = kernels.quantiser().quantise(got, row, from, to);

        assertThat(gotFinite).as(what).isEqualTo(wantFinite);
        Bits.assertSame(got.scales(), want.scales(), what + " scales");
        Bits.assertSame(got.scaledSums(), want.scaledSums(), what + " scaledSums");
        assertThat(got.pairs()).as(what + " pairs").isEqualTo(want.pairs());
        assertThat(got.sums()).as(what + " sums").isEqualTo(want.sums());
    }

    /** Not yet quantised: the outputs hold garbage. */
    private static Activations filled(float[] values) {
        Activations x = new Activations(ROWS, COLUMNS);
        x.rows(ROWS);
        System.arraycopy(values, 0, x.values(), 0, values.length);
        Arrays.fill(x.pairs(), 77);
        Arrays.fill(x.sums(), 88);
        Arrays.fill(x.scales(), Float.NaN);
        Arrays.fill(x.scaledSums(), -99f);
        return x;
    }
}
