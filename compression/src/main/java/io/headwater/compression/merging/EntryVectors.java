/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.CompressibleHead;
import io.headwater.compression.Rotation;
import io.headwater.compression.scores.EntryReader;
import java.util.Arrays;

/** One entry's key and value as merging sees them: the key before its rotation if positions are used, and 1/norms (0 for zeros). */
final class EntryVectors {
    final float[] key;
    final float[] value;
    float keyNorm;
    float inverseKey;
    float inverseValue;
    private final Rotation rotation;
    private final boolean usePosition;

    EntryVectors(int headDim, Rotation rotation, boolean usePosition) {
        key = new float[headDim];
        value = new float[headDim];
        this.rotation = rotation;
        this.usePosition = usePosition;
    }

    void read(CompressibleHead head, int entry) {
        EntryReader.key(head, entry, key, 0);
        EntryReader.value(head, entry, value, 0);
        if (usePosition) {
            rotation.rotateBack(key, 0, head.position(entry));
        }
        keyNorm = EntryReader.norm(key, 0, key.length);
        inverseKey = inverse(keyNorm);
        inverseValue = inverse(EntryReader.norm(value, 0, value.length));
    }

    /** A dummy of a padded batch: it is like nothing, so it falls into class zero, and weighs nothing. */
    void readNothing() {
        Arrays.fill(key, 0f);
        Arrays.fill(value, 0f);
        keyNorm = 0;
        inverseKey = 0;
        inverseValue = 0;
    }

    private static float inverse(float norm) {
        return norm > 0 ? 1 / norm : 0;
    }
}
