/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.tensors.kernels.KvBlocks;

/** Norms of values, some at a time. Scratch, one owner thread. */
final class ValueNorms {
    private static final int ROWS = 16;

    private final int dim;
    private final float[] values;

    ValueNorms(int headDim) {
        dim = headDim;
        values = new float[ROWS * headDim];
    }

    /** ‖v‖ of entries [from, to) to {@code out[from … to)}. */
    void read(KvBlocks kv, int from, int to, float[] out) {
        for (int first = from; first < to; first += ROWS) {
            int rows = Math.min(ROWS, to - first);
            EntryReader.values(kv, first, first + rows, values, 0);
            EntryReader.norms(values, 0, dim, rows, out, first);
        }
    }
}
