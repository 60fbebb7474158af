/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.CompressibleHead;
import io.headwater.compression.Rotation;
import io.headwater.compression.scores.KeyProducts;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;

/**
 * Which centre an entry is merged into (ALGORITHMS 1.2.3): the one of the greatest cos(K) · cos(V), both positive; class zero, which
 * is eviction, where none exceeds {@code tau}. Class c + 1 is centre c; of equals the first. Some rows at a time against all
 * centres, which lie in lanes.
 */
final class ClassAssignment {
    private static final int ROWS = 16;

    private final float tau;
    private final TileBlocks centreKeys;
    private final TileBlocks centreValues;
    private final float[] inverseKeys;
    private final float[] inverseValues;
    private final KeyProducts keys;
    private final KeyProducts values;
    private final EntryVectors entry;
    private final float[] rowKeys = new float[ROWS];
    private final float[] rowValues = new float[ROWS];

    ClassAssignment(MergeOptions options, int headDim, int capacity, Kernels kernels, Rotation rotation) {
        tau = options.tau();
        centreKeys = new TileBlocks(headDim, capacity);
        centreValues = new TileBlocks(headDim, capacity);
        inverseKeys = new float[capacity];
        inverseValues = new float[capacity];
        KvLayout tiles = new KvLayout(headDim, KvType.F32);
        keys = new KeyProducts(kernels, tiles, ROWS, capacity);
        values = new KeyProducts(kernels, tiles, ROWS, capacity);
        entry = new EntryVectors(headDim, rotation, options.usePosition());
    }

    /** Assigns the head's entries to be merged and, behind them, dummies up to {@code padded}. */
    void assign(CompressibleHead head, Splits splits, int h, int padded, int[] classes, int at) {
        int centres = splits.centres(h);
        for (int c = 0; c < centres; c++) {
            entry.read(head, splits.centre(h, c));
            centreKeys.put(c, entry.key, 0);
            centreValues.put(c, entry.value, 0);
            inverseKeys[c] = entry.inverseKey;
            inverseValues[c] = entry.inverseValue;
        }
        for (int first = 0; first < padded; first += ROWS) {
            int rows = Math.min(ROWS, padded - first);
            for (int row = 0; row < rows; row++) {
                load(head, splits, h, first + row, row);
            }
            keys.multiply(centreKeys, rows, centres);
            values.multiply(centreValues, rows, centres);
            for (int row = 0; row < rows; row++) {
                classes[at + first + row] = mostSimilar(row, centres);
            }
        }
    }

    private void load(CompressibleHead head, Splits splits, int h, int index, int row) {
        if (index < splits.merged(h)) {
            entry.read(head, splits.merged(h, index));
        } else {
            entry.readNothing();
        }
        int dim = entry.key.length;
        System.arraycopy(entry.key, 0, keys.rows(), row * dim, dim);
        System.arraycopy(entry.value, 0, values.rows(), row * dim, dim);
        rowKeys[row] = entry.inverseKey;
        rowValues[row] = entry.inverseValue;
    }

    private int mostSimilar(int row, int centres) {
        float[] z = keys.products();
        float[] y = values.products();
        int at = keys.at(row);
        float best = tau;
        int assigned = 0;
        for (int c = 0; c < centres; c++) {
            float cosKey = z[at + c] * (rowKeys[row] * inverseKeys[c]);
            float cosValue = y[at + c] * (rowValues[row] * inverseValues[c]);
            float similarity = cosKey > 0 && cosValue > 0 ? cosKey * cosValue : 0;
            if (similarity > best) {
                best = similarity;
                assigned = c + 1;
            }
        }
        return assigned;
    }
}
