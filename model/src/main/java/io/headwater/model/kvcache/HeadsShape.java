/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import io.headwater.tensors.kernels.KvLayout;

/** A shard's heads: {@code kvHeads} in each layer, each read by {@code groupSize} query heads. */
public record HeadsShape(KvLayout layout, int nLayers, int kvHeads, int groupSize) {
    int heads() {
        return nLayers * kvHeads;
    }

    /** Floats of a group's queries at one position. */
    int queryFloats() {
        return groupSize * layout.headDim();
    }

    /** What keys and values of a cache are charged whose heads have so many entries each. */
    public long leastBytes(int entries) {
        return (long) heads() * BlockList.blocks(entries) * blockBytes();
    }

    /** A block's size in the arena: the layout's, rounded up to pages. */
    int blockBytes() {
        return BlockList.wholePages(layout.blockBytes());
    }
}
