/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.SessionMemory;

/** One sequence's keys and values on one shard, {@code [nLayers, kvHeads of the shard]}. Owned by the shard's engine. */
public final class SequenceCache implements AutoCloseable {
    private final BlockArena arena;
    private final SessionMemory memory;
    private final HeadCache[] heads;
    private final int kvHeads;

    /** {@code capacityEntries}: most entries that a head will hold. */
    public SequenceCache(
            BlockArena arena, SessionMemory memory, KvLayout layout, int nLayers, int kvHeads, int capacityEntries) {
        this.arena = arena;
        this.memory = memory;
        this.kvHeads = kvHeads;
        this.heads = new HeadCache[nLayers * kvHeads];
        int blockBytes = blockBytes(layout);
        int capacityBlocks = (capacityEntries + KvLayout.BLOCK_ENTRIES - 1) / KvLayout.BLOCK_ENTRIES;
        for (int i = 0; i < heads.length; i++) {
            heads[i] = new HeadCache(layout, blockBytes, capacityBlocks);
        }
    }

    /** A block's size in the arena: the layout's, rounded up to pages. */
    public static int blockBytes(KvLayout layout) {
        return (layout.blockBytes() + BlockArena.PAGE_BYTES - 1) / BlockArena.PAGE_BYTES * BlockArena.PAGE_BYTES;
    }

    public HeadCache head(int layer, int kvHead) {
        return heads[layer * kvHeads + kvHead];
    }

    /** Makes room for {@code entries} more in every head; returns 0 or a negative refusal. */
    public int reserve(int entries) {
        for (HeadCache head : heads) {
            int refusal = head.reserve(entries, arena, memory);
            if (refusal < 0) {
                return refusal;
            }
        }
        return 0;
    }

    /** Counts the entries of a finished step in. */
    public void advance(int entries) {
        for (HeadCache head : heads) {
            head.advance(entries);
        }
    }

    /** Bytes charged to the sequence on this shard. */
    public long bytes() {
        return memory.chargedBytes();
    }

    public long peakBytes() {
        return memory.peakBytes();
    }

    @Override
    public void close() {
        memory.close();
    }
}
