/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.scores.KeyProducts;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.util.Arrays;

/**
 * Which centre an entry is merged into (ALGORITHMS 1.2.3): the one of the greatest cos(K) · cos(V), both positive; class zero, which
 * is eviction, where none exceeds {@code tau}. Class c + 1 is centre c; of equals the first. Some rows at a time against all
 * centres, which lie in lanes.
 */
final class ClassAssignment {
    private static final int ROWS = 32;

    private final int dim;
    private final float tau;
    private final TileBlocks centreKeys;
    private final TileBlocks centreValues;
    private final float[] inverseKeys;
    private final float[] inverseValues;
    private final float[] similarities;
    private final KeyProducts keys;
    private final KeyProducts values;

    ClassAssignment(MergeOptions options, int headDim, int capacity, Kernels kernels) {
        dim = headDim;
        tau = options.tau();
        centreKeys = new TileBlocks(headDim, capacity);
        centreValues = new TileBlocks(headDim, capacity);
        inverseKeys = new float[capacity];
        inverseValues = new float[capacity];
        similarities = new float[capacity];
        KvLayout tiles = new KvLayout(headDim, KvType.F32);
        keys = new KeyProducts(kernels, tiles, ROWS, capacity);
        values = new KeyProducts(kernels, tiles, ROWS, capacity);
    }

    /** Assigns {@code merged} rows behind the centres and, behind them, dummies up to {@code padded}; fills {@code classes[at … at + padded)}. */
    void assign(SplitVectors vectors, int centres, int merged, int padded, int[] classes, int at) {
        for (int c = 0; c < centres; c++) {
            inverseKeys[c] = vectors.inverseKey(c);
            inverseValues[c] = vectors.inverseValue(c);
        }
        centreKeys.fill(vectors.keys(), centres);
        centreValues.fill(vectors.values(), centres);
        for (int first = 0; first < padded; first += ROWS) {
            int rows = Math.min(ROWS, padded - first);
            int real = Math.clamp(merged - (long) first, 0, rows);
            load(vectors.keys(), vectors.at(vectors.merged(first)), real, rows, keys.rows());
            load(vectors.values(), vectors.at(vectors.merged(first)), real, rows, values.rows());
            keys.multiply(centreKeys, rows, centres);
            values.multiply(centreValues, rows, centres);
            for (int row = 0; row < rows; row++) {
                int vector = vectors.merged(first + row);
                float inverseKey = row < real ? vectors.inverseKey(vector) : 0;
                float inverseValue = row < real ? vectors.inverseValue(vector) : 0;
                classes[at + first + row] = mostSimilar(row, centres, inverseKey, inverseValue);
            }
        }
    }

    /** A dummy is a row of zeros: like nothing, so it falls into class zero. */
    private void load(float[] from, int at, int real, int rows, float[] to) {
        if (real > 0) {
            System.arraycopy(from, at, to, 0, real * dim);
        }
        Arrays.fill(to, real * dim, rows * dim, 0f);
    }

    private int mostSimilar(int row, int centres, float inverseKey, float inverseValue) {
        float[] z = keys.products();
        float[] y = values.products();
        int at = keys.at(row);
        for (int c = 0; c < centres; c++) {
            similarities[c] =
                    (z[at + c] * (inverseKey * inverseKeys[c])) * (y[at + c] * (inverseValue * inverseValues[c]));
        }
        float best = tau;
        int assigned = 0;
        for (int c = 0; c < centres; c++) {
            if (similarities[c] > best && z[at + c] > 0) { // both cosines positive: both negative are no likeness
                best = similarities[c];
                assigned = c + 1;
            }
        }
        return assigned;
    }
}
