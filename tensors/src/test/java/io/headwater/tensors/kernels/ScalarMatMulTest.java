/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.tensors.forms.PackedMatrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The oracle itself, against arithmetic on plain arrays. */
class ScalarMatMulTest {
    private static final int ROWS = 70;
    private static final int PADDED_ROWS = 2 * PackedMatrix.TILE_ROWS;
    private static final int COLUMNS = 64;

    @ParameterizedTest
    @EnumSource
    void isTheExactIntegerWhereScalesAreOneAndMinimumsSmall(TestForm form) {
        Random random = new Random(form.seed());
        TestWeights weights = form.random(random, ROWS, COLUMNS);
        Arrays.fill(weights.scales, 1f);
        Arrays.fill(weights.mins, form.hasMin ? -8f : 0f);
        PackedMatrix w = form.pack(weights);
        float[] x = integers(random, 2 * COLUMNS);

        float[] got = multiply(w, x);

        for (int row = 0; row < PADDED_ROWS; row++) {
            for (int t = 0; t < 2; t++) {
                long dot = 0;
                for (int k = 0; k < COLUMNS && row < ROWS; k++) {
                    long weight = weights.quant(row, k) + (long) weights.min(row, k);
                    dot += weight * (long) x[t * COLUMNS + k];
                }
                assertThat(got[t * PADDED_ROWS + row])
                        .as("row %d, token %d", row, t)
                        .isEqualTo((float) dot);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void isWithinTheRoundingOfItsStepsOfTheSumInDouble(TestForm form) {
        Random random = new Random(form.seed());
        TestWeights weights = form.random(random, ROWS, COLUMNS);
        PackedMatrix w = form.pack(weights);
        Activations x = Inputs.activations(2, COLUMNS, Inputs.gaussian(random, 2 * COLUMNS));

        float[] got = multiply(w, x.values());

        for (int row = 0; row < ROWS; row++) {
            for (int t = 0; t < 2; t++) {
                double sum = 0;
                double sizes = 0;
                for (int k = 0; k < COLUMNS; k++) {
                    double value = form == TestForm.FLOATS ? x.values()[t * COLUMNS + k] : quantised(x, t, k);
                    double scaled = (double) weights.scale(row, k) * weights.quant(row, k);
                    double weight = form == TestForm.FLOATS ? weights.value(row, k) : scaled + weights.min(row, k);
                    sum += weight * value;
                    sizes += (Math.abs(scaled) + Math.abs(weights.min(row, k))) * Math.abs(value);
                }
                assertThat(Math.abs(got[t * PADDED_ROWS + row] - sum))
                        .as("row %d, token %d", row, t)
                        .isLessThanOrEqualTo(COLUMNS * 0x1p-24 * sizes);
            }
        }
    }

    private static double quantised(Activations x, int row, int column) {
        return (double) (short) x.pairs()[row * COLUMNS + column] * x.scales()[row * x.blocks() + column / 32];
    }

    /** Integers of which each block of 32 has a 127 or −127, so that d = 1 and q is the value. */
    private static float[] integers(Random random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = i % 32 == 5 ? (random.nextBoolean() ? 127 : -127) : random.nextInt(-127, 128);
        }
        return values;
    }

    /** {@code [2, paddedRows]}. */
    private static float[] multiply(PackedMatrix w, float[] values) {
        float[] products = new float[2 * PADDED_ROWS];
        Activations x = Inputs.activations(2, COLUMNS, values);
        TileScratch scratch = new TileScratch(2);
        for (int tile = 0; tile < w.tiles(); tile++) {
            new ScalarMatMul().multiply(w, tile, 0, w.blocks(), x, scratch);
            for (int t = 0; t < 2; t++) {
                System.arraycopy(scratch.output(), t * 64, products, t * PADDED_ROWS + tile * 64, 64);
            }
        }
        return products;
    }
}
