/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.SessionMemory;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The cache of one (sequence, layer, KV head): a list of blocks and how many entries they hold.
 *
 * <p>Blocks come and go on the engine's thread; workers store and read entries between two barriers.
 */
public final class HeadCache implements KvBlocks {
    /** All memory: blocks are named by their addresses, since they lie in many slabs. */
    @SuppressWarnings("restricted") // the arena hands out addresses; bounds are kept by block and entry
    private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private final KvLayout layout;
    private final int blockBytes;
    private final int[] blocks;
    private final long[] addresses;
    private int blockCount;
    private int length;

    /** {@code capacityBlocks}: lists that grew in step, one per head, would allocate in the middle of decoding. */
    HeadCache(KvLayout layout, int blockBytes, int capacityBlocks) {
        this.layout = layout;
        this.blockBytes = blockBytes;
        this.blocks = new int[capacityBlocks];
        this.addresses = new long[capacityBlocks];
    }

    /** Entries stored. */
    public int length() {
        return length;
    }

    /** Makes room for {@code entries} more; returns 0 or a negative refusal, and then keeps the blocks that it got. */
    int reserve(int entries, BlockArena arena, SessionMemory memory) {
        int needed = (length + entries + KvLayout.BLOCK_ENTRIES - 1) / KvLayout.BLOCK_ENTRIES;
        while (blockCount < needed) {
            int block = memory.take(blockBytes);
            if (block < 0) {
                return block;
            }
            blocks[blockCount] = block;
            addresses[blockCount] = arena.segment(block).address() + arena.offset(block);
            blockCount++;
        }
        return 0;
    }

    /** Stores entry {@link #length()} {@code + index}: key and value {@code [headDim]}, the key after RoPE. */
    public void store(int index, float[] key, int keyOffset, float[] value, int valueOffset) {
        int entry = length + index;
        long block = addresses[entry / KvLayout.BLOCK_ENTRIES];
        layout.storeKey(EVERYTHING, block, entry % KvLayout.BLOCK_ENTRIES, key, keyOffset);
        layout.storeValue(EVERYTHING, block, entry % KvLayout.BLOCK_ENTRIES, value, valueOffset);
    }

    /** Counts stored entries in. */
    void advance(int entries) {
        length += entries;
    }

    @Override
    public KvLayout layout() {
        return layout;
    }

    @Override
    public MemorySegment memory() {
        return EVERYTHING;
    }

    @Override
    public long block(int index) {
        return addresses[index];
    }

    @Override
    public float @Nullable [] bias() {
        return null;
    }
}
