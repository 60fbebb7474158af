/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SwiGluTest {
    private static final float[] ODD = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_NORMAL,
        87.3f,
        -87.3f,
        88.376f,
        -88.376f,
        88.377f,
        -88.377f,
        200f,
        -200f,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN
    };

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void givesTheOraclesBitsAtEverySizeOffsetAndMagnitude(Kernels kernels) {
        for (int seed = 0; seed < 40; seed++) {
            Random random = new Random(seed);
            int n = 16 * random.nextInt(20);
            int offset = random.nextInt(4);
            float[] gate = Inputs.gaussian(random, n + offset);
            float spread = random.nextInt(1, 60);
            for (int i = 0; i < gate.length; i++) {
                gate[i] = random.nextInt(6) == 0 ? ODD[random.nextInt(ODD.length)] : gate[i] * spread;
            }
            assertAgrees(kernels, gate, Inputs.rough(random, n + 2 * offset), offset, n, "seed=" + seed);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void mayWriteOverEitherInput(Kernels kernels) {
        float[] gate = Inputs.gaussian(new Random(1), 64);
        float[] up = Inputs.gaussian(new Random(2), 64);
        float[] want = new float[64];
        Kernels.scalar().swiGlu().apply(gate, 0, up, 0, 64, want, 0);
        float[] overGate = gate.clone();
        float[] overUp = up.clone();

        kernels.swiGlu().apply(overGate, 0, up, 0, 64, overGate, 0);
        kernels.swiGlu().apply(gate, 0, overUp, 0, 64, overUp, 0);

        Bits.assertSame(overGate, want, "over gate");
        Bits.assertSame(overUp, want, "over up");
    }

    @Test
    void theOracleIsCloseToTheFormulaInDouble() {
        for (float g = -100; g < 100; g += 0.0625f) {
            float[] out = new float[1];

            new ScalarSwiGlu().apply(new float[] {g}, 0, new float[] {-3f}, 0, 1, out, 0);

            double want = g / (1 + StrictMath.exp(-g)) * -3;
            assertThat((double) out[0]).as("g = %s", g).isCloseTo(want, within(1e-6 * Math.abs(want) + 1e-34));
        }
    }

    private static void assertAgrees(Kernels kernels, float[] gate, float[] up, int offset, int n, String what) {
        float[] want = new float[n + 3];
        Arrays.fill(want, 5f);
        float[] got = want.clone();
        Kernels.scalar().swiGlu().apply(gate, offset, up, 2 * offset, n, want, 1);

        kernels.swiGlu().apply(gate, offset, up, 2 * offset, n, got, 1);

        Bits.assertSame(got, want, what + " n=" + n);
    }
}
