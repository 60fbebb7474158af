/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.CompressibleHead;
import io.headwater.compression.Rotation;
import io.headwater.compression.scores.EntryReader;

/**
 * Keys and values of one head's split as merging sees them, in f32: row i is centre i, the entries to be merged lie behind the centres. Keys are
 * before their rotation if positions are used. Read once a head and used by all that merging does with it.
 */
final class SplitVectors {
    private static final int NONE = -1;

    private final int dim;
    private final int capacity;
    private final Rotation rotation;
    private final boolean usePosition;
    private float[] keys = new float[0];
    private float[] values = new float[0];
    private float[] keyNorms = new float[0];
    private float[] valueNorms = new float[0];
    private int centres;
    private int last = NONE;

    SplitVectors(int headDim, int capacityEntries, Rotation rotation, boolean usePosition) {
        dim = headDim;
        capacity = capacityEntries;
        this.rotation = rotation;
        this.usePosition = usePosition;
    }

    /** A batch begins: its heads are others. */
    void forget() {
        last = NONE;
    }

    /** Reads head {@code h} of a batch, unless it was the last. */
    void read(CompressibleHead from, Splits splits, int h) {
        if (last == h) {
            return;
        }
        last = h;
        centres = splits.centres(h);
        int rows = centres + splits.merged(h);
        ensure(rows);
        for (int row = 0; row < rows; row++) {
            int entry = splits.entry(h, row);
            EntryReader.key(from, entry, keys, row * dim);
            EntryReader.value(from, entry, values, row * dim);
            if (usePosition) {
                rotation.rotateBack(keys, row * dim, from.position(entry));
            }
        }
        EntryReader.norms(keys, 0, dim, rows, keyNorms, 0);
        EntryReader.norms(values, 0, dim, rows, valueNorms, 0);
    }

    /** A quarter more than is needed now, so that heads that differ a little do not each make it longer. */
    private void ensure(int rows) {
        if (keyNorms.length < rows) {
            int more = Math.min(capacity, rows + rows / 4);
            keys = new float[Math.multiplyExact(more, dim)];
            values = new float[keys.length];
            keyNorms = new float[more];
            valueNorms = new float[more];
        }
    }

    /** The row of the entry that is to be merged as number {@code i}. */
    int merged(int i) {
        return centres + i;
    }

    float[] keys() {
        return keys;
    }

    float[] values() {
        return values;
    }

    /** Where a row begins in {@link #keys} and {@link #values}. */
    int at(int row) {
        return row * dim;
    }

    float keyNorm(int row) {
        return keyNorms[row];
    }

    /** 1/‖k‖; 0 for a key of zeros. */
    float inverseKey(int row) {
        return inverse(keyNorms[row]);
    }

    float inverseValue(int row) {
        return inverse(valueNorms[row]);
    }

    private static float inverse(float norm) {
        return norm > 0 ? 1 / norm : 0;
    }
}
