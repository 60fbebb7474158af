/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RmsNormTest {
    private static final float EPSILON = 1e-5f;

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void givesTheOraclesBitsAtEverySizeAndOffset(Kernels kernels) {
        Random random = new Random(1);
        for (int n : new int[] {16, 32, 48, 64, 112, 576, 1040}) {
            for (int offset : new int[] {0, 1, 7}) {
                assertAgrees(kernels, Inputs.gaussian(random, n + offset), offset, random);
                assertAgrees(kernels, Inputs.rough(random, n + offset), offset, random);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void givesTheOraclesBitsForZerosInfinitiesNanAndOverflow(Kernels kernels) {
        float[] odd = {
            -0f, Float.MIN_VALUE, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, Float.MAX_VALUE
        };
        for (float value : odd) {
            for (int at = 0; at < 32; at++) {
                float[] x = new float[32];
                x[at] = value;
                assertAgrees(kernels, x, 0, new Random(at));
            }
        }
    }

    @Test
    void theOracleDividesByTheRootMeanSquareAndMultipliesByTheWeight() {
        float[] x = new float[16];
        x[0] = 3;
        x[9] = -4; // mean square 25/16
        float[] weight = new float[16];
        Arrays.fill(weight, 2f);
        float[] out = new float[16];

        new ScalarRmsNorm().normalise(x, 0, weight, 16, 0f, out, 0);

        assertThat(out[0]).isEqualTo(3 * 0.8f * 2);
        assertThat(out[9]).isEqualTo(-4 * 0.8f * 2);
        assertThat(out[1]).isZero();
    }

    @Test
    void theOracleIsCloseToTheFormulaInDouble() {
        Random random = new Random(2);
        float[] x = Inputs.gaussian(random, 576);
        float[] weight = Inputs.gaussian(random, 576);
        float[] out = new float[576];

        new ScalarRmsNorm().normalise(x, 0, weight, 576, EPSILON, out, 0);

        double sum = 0;
        for (float v : x) {
            sum += (double) v * v;
        }
        double factor = 1 / Math.sqrt(sum / 576 + EPSILON);
        for (int i = 0; i < 576; i++) {
            double want = x[i] * factor * weight[i];
            assertThat((double) out[i]).as("element %d", i).isCloseTo(want, within(1e-5 * Math.abs(want)));
        }
    }

    private static void assertAgrees(Kernels kernels, float[] x, int offset, Random random) {
        int n = x.length - offset;
        float[] weight = Inputs.gaussian(random, n);
        float[] want = new float[n + 2 * offset];
        Kernels.scalar().rmsNorm().normalise(x, offset, weight, n, EPSILON, want, offset);
        float[] got = new float[n + 2 * offset];

        kernels.rmsNorm().normalise(x, offset, weight, n, EPSILON, got, offset);

        Bits.assertSame(got, want, "n=" + n + " offset=" + offset);
    }
}
