/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import io.headwater.tensors.forms.PackedMatrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A row's product has the same bits alone as in any batch: decoding one token and prefilling many must not differ. */
class RowCountInvarianceTest {
    private static final int COLUMNS = 96;
    private static final int ALL = 64;

    @ParameterizedTest(name = "{0}")
    @MethodSource(Providers.HERE)
    void aRowHasTheSameBitsAloneAndInBatchesOf2And7And64(Kernels kernels) {
        for (TestForm form : TestForm.values()) {
            Random random = new Random(form.seed());
            PackedMatrix w = form.pack(form.random(random, 64, COLUMNS));
            float[] values = Inputs.rough(random, ALL * COLUMNS);
            float[] alone = inBatchesOf(1, kernels, w, values);

            for (int batch : new int[] {2, 7, ALL}) {
                Bits.assertSame(
                        inBatchesOf(batch, kernels, w, values),
                        alone,
                        form + " seed=" + form.seed() + " batches of " + batch);
            }
        }
    }

    private static float[] inBatchesOf(int batch, Kernels kernels, PackedMatrix w, float[] values) {
        float[] products = new float[ALL * PackedMatrix.TILE_ROWS];
        for (int from = 0; from < ALL; from += batch) {
            int rows = Math.min(batch, ALL - from);
            float[] part = Arrays.copyOfRange(values, from * COLUMNS, (from + rows) * COLUMNS);
            TileScratch scratch = new TileScratch(rows);
            kernels.matMul().multiply(w, 0, 0, w.blocks(), Inputs.activations(rows, COLUMNS, part), scratch);
            int n = rows * PackedMatrix.TILE_ROWS;
            System.arraycopy(scratch.output(), 0, products, from * PackedMatrix.TILE_ROWS, n);
        }
        return products;
    }
}
