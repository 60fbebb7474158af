/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import io.headwater.tensors.forms.ByteMatrix;
import io.headwater.tensors.forms.FloatMatrix;
import io.headwater.tensors.forms.NibbleMatrix;
import io.headwater.tensors.forms.PackedMatrix;
import io.headwater.tensors.kernels.Activations;
import io.headwater.tensors.kernels.MatMul;
import io.headwater.tensors.kernels.TileScratch;
import java.util.Arrays;

/** {@link MatMul} with rows in lanes: few rows of activations read the words directly, more share an unpacked panel. */
public final class VectorMatMul implements MatMul {
    /** Unpacking a panel costs more than the work that it saves so few rows. */
    private static final int FEW_ROWS = 3;

    @Override
    public void multiply(PackedMatrix w, int tile, int fromBlock, int toBlock, Activations x, TileScratch scratch) {
        Arrays.fill(scratch.output(), 0, x.rows() * PackedMatrix.TILE_ROWS, 0f);
        boolean few = x.rows() <= FEW_ROWS;
        switch (w) {
            case NibbleMatrix m when few -> NibbleRow.tile(m, tile, fromBlock, toBlock, x, scratch);
            case NibbleMatrix m -> NibblePanel.tile(m, tile, fromBlock, toBlock, x, scratch);
            case ByteMatrix m when few -> ByteRow.tile(m, tile, fromBlock, toBlock, x, scratch);
            case ByteMatrix m -> BytePanel.tile(m, tile, fromBlock, toBlock, x, scratch);
            case FloatMatrix m -> FloatTile.tile(m, tile, fromBlock, toBlock, x, scratch);
        }
    }
}
