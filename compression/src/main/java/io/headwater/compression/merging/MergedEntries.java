/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.CompressibleHead;
import io.headwater.compression.Rotation;
import io.headwater.compression.scores.EntryReader;

/**
 * Stores what a class adds up to in its centre's place (ALGORITHMS 1.2.4, storage {@code compact}): the value always; the key if keys
 * are merged, its direction the weighted mean of the members', its norm the centre's or the members' mean. The position stays.
 */
final class MergedEntries {
    private static final float LEAST_DIRECTION = 1e-6f;

    private final MergeOptions options;
    private final Rotation rotation;
    private final float[] vector;

    MergedEntries(MergeOptions options, int headDim, Rotation rotation) {
        this.options = options;
        this.rotation = rotation;
        vector = new float[headDim];
    }

    /** {@code keyNorm}: the centre's. */
    void store(CompressibleHead head, int entry, float keyNorm, ClassSums sums, int h, int cls) {
        if (options.mergeKeys()) {
            storeKey(head, entry, keyNorm, sums, h, cls);
        }
        sums.value(h, cls, vector);
        head.value(entry, vector, 0);
        head.columnSum(entry, sums.columnSum(h, cls));
        if (options.countBias()) {
            head.bias(entry, (float) StrictMath.log(sums.count(h, cls)));
        }
    }

    /** 1/‖k‖ of a centre as it is now stored; {@code row} is where it was read before. */
    float inverseNorm(CompressibleHead head, int entry, SplitVectors vectors, int row) {
        if (!options.mergeKeys()) {
            return vectors.inverseKey(row);
        }
        EntryReader.key(head, entry, vector, 0);
        float norm = EntryReader.norm(vector, 0, vector.length);
        return norm > 0 ? 1 / norm : 0;
    }

    private void storeKey(CompressibleHead head, int entry, float keyNorm, ClassSums sums, int h, int cls) {
        sums.direction(h, cls, vector);
        float length = EntryReader.norm(vector, 0, vector.length);
        if (length < LEAST_DIRECTION) {
            return; // the members point nowhere together: the centre's own key stays
        }
        float factor = (options.meanNorm() ? sums.meanNorm(h, cls) : keyNorm) / length;
        for (int d = 0; d < vector.length; d++) {
            vector[d] *= factor;
        }
        if (options.usePosition()) {
            rotation.rotate(vector, 0, head.position(entry));
        }
        head.key(entry, vector, 0);
    }

    /** How many original entries an entry stands for, by its logit bias. */
    static double count(CompressibleHead head, int entry) {
        float[] bias = head.bias();
        return bias == null ? 1 : StrictMath.exp(bias[entry]);
    }
}
