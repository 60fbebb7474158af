/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import io.headwater.tensors.forms.PackedMatrix;

/** The oracle of {@link RowQuantiser}. */
final class ScalarRowQuantiser implements RowQuantiser {
    private static final int WIDTH = PackedMatrix.BLOCK_COLUMNS;

    @Override
    public boolean quantise(Activations x, int row, int fromBlock, int toBlock) {
        boolean finite = true;
        for (int block = fromBlock; block < toBlock; block++) {
            finite &= quantise(x, row * x.columns() + block * WIDTH, row * x.blocks() + block);
        }
        return finite;
    }

    private static boolean quantise(Activations x, int from, int block) {
        float max = 0;
        for (int i = from; i < from + WIDTH; i++) {
            max = Math.max(max, Math.abs(x.values()[i]));
        }
        float d = max < TINY ? 0 : max / 127;
        int sum = 0;
        for (int i = from; i < from + WIDTH; i++) {
            int q = d == 0 ? 0 : (int) (x.values()[i] / d + ROUNDER - ROUNDER);
            x.pairs()[i] = Activations.pair(q);
            sum += q;
        }
        x.scales()[block] = d;
        x.sums()[block] = sum;
        x.scaledSums()[block] = d * sum;
        return Float.isFinite(max);
    }
}
