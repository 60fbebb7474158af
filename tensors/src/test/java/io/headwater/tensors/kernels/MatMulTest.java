/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import io.headwater.tensors.forms.PackedMatrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vector providers' matrix products against the oracle, bit for bit. */
class MatMulTest {
    private static final int[] ROW_COUNTS = {1, 2, 3, 4, 5, 7, 64};
    private static final int ROWS = 150;
    private static final int COLUMNS = 160;
    private static final int[][] RANGES = {{0, 5}, {1, 3}, {4, 5}, {2, 2}};

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void everyFormRowCountTileAndRangeGivesTheOraclesBits(Kernels kernels) {
        for (TestForm form : TestForm.values()) {
            int seed = form.seed();
            Random random = new Random(seed);
            PackedMatrix w = form.pack(form.random(random, ROWS, COLUMNS));
            for (int rows : ROW_COUNTS) {
                Activations x = Inputs.activations(rows, COLUMNS, Inputs.rough(random, rows * COLUMNS));
                for (int tile = 0; tile < w.tiles(); tile++) {
                    for (int[] range : RANGES) {
                        assertAgrees(kernels, w, tile, range, x, form + " seed=" + seed);
                    }
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void extremeWeightsTimesExtremeActivationsGiveTheOraclesBits(Kernels kernels) {
        for (TestForm form : TestForm.values()) {
            PackedMatrix w = form.pack(form.extreme(64, 64));
            for (int pattern = 0; pattern < 4; pattern++) {
                for (int rows : new int[] {1, 2, 5}) {
                    Activations x = Inputs.activations(rows, 64, signs(pattern, rows, 64));
                    assertAgrees(kernels, w, 0, new int[] {0, 2}, x, form + " pattern=" + pattern);
                }
            }
        }
    }

    /** ±1, which quantises to ±127: all plus, all minus, alternating, and alternating against the weights. */
    private static float[] signs(int pattern, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            boolean minus = switch ((pattern + i / columns) % 4) {
                case 0 -> false;
                case 1 -> true;
                case 2 -> i % 2 == 0;
                default -> i % 2 == 1;
            };
            values[i] = minus ? -1 : 1;
        }
        return values;
    }

    private static void assertAgrees(
            Kernels kernels, PackedMatrix w, int tile, int[] range, Activations x, String what) {
        TileScratch want = dirtyScratch(x.rows());
        Kernels.scalar().matMul().multiply(w, tile, range[0], range[1], x, want);
        TileScratch got = dirtyScratch(x.rows());

        kernels.matMul().multiply(w, tile, range[0], range[1], x, got);

        Bits.assertSame(
                got.output(),
                want.output(),
                "%s rows=%d tile=%d blocks=%s".formatted(what, x.rows(), tile, Arrays.toString(range)));
    }

    /** Scratch as the last tile left it: full of garbage, and one row longer than needed, which must stay as it is. */
    private static TileScratch dirtyScratch(int rows) {
        TileScratch scratch = new TileScratch(rows + 1);
        Arrays.fill(scratch.output(), Float.NaN);
        Arrays.fill(scratch.scales(), Float.NaN);
        Arrays.fill(scratch.panel(), (short) 12345);
        Arrays.fill(scratch.low(), (short) -12345);
        Arrays.fill(scratch.high(), (short) 321);
        return scratch;
    }
}
