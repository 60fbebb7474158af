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

    /**
     * What a cache is charged whose heads have so many entries in the mean; {@code longest}: the most that one has. What merging keeps beside entries is
     * reckoned as a bias for each.
     */
    public long bytes(KvOptions options, int entries, int longest) {
        EntryState kept = options.entryState();
        long blocks = BlockList.blocks(entries);
        blocks += options.competes() ? 1 : 0; // each head's last is half empty
        long columns =
                (long) BlockList.wholePages((long) heads() * kept.columns() * KvLayout.BLOCK_ENTRIES * Integer.BYTES)
                        * BlockList.blocks(longest);
        long bias = options.full() ? 0 : (long) Float.BYTES * entries;
        return heads() * (blocks * blockBytes() + QueryRing.bytes(kept.window(), queryFloats(), layout.type()) + bias)
                + columns;
    }

    /** A block's size in the arena: the layout's, rounded up to pages. */
    int blockBytes() {
        return BlockList.wholePages(layout.blockBytes());
    }
}
