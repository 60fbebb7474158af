/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.tensors.kernels.KvLayout;

/** KV heads [from, to), in every layer, of a model's {@code nKvHeads}. */
public record HeadRange(KvLayout layout, int groupSize, int nLayers, int nKvHeads, int from, int to) {
    public HeadRange {
        if (groupSize < 1 || nLayers < 1 || from < 0 || to < from || nKvHeads < to) {
            throw new IllegalArgumentException("groupSize=" + groupSize + " nLayers=" + nLayers + " KV heads [" + from
                    + ", " + to + ") of " + nKvHeads);
        }
    }

    boolean has(int kvHead) {
        return kvHead >= from && kvHead < to;
    }

    /** Floats of a group's queries at one position. */
    int queryFloats() {
        return groupSize * layout.headDim();
    }

    /** What it is a range of. */
    String kind() {
        return "keys and values in " + layout.type() + " of " + nLayers + " layers of " + nKvHeads
                + " KV heads, each of " + layout.headDim() + " dimensions and " + groupSize + " query heads";
    }

    @Override
    public String toString() {
        return "KV heads " + from + " to " + (to - 1);
    }
}
