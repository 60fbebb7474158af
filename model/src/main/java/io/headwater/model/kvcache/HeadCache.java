/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.SessionMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
    private int[] blocks = new int[4];
    private long[] addresses = new long[4];
    private int blockCount;
    private int length;

    HeadCache(KvLayout layout, int blockBytes) {
        this.layout = layout;
        this.blockBytes = blockBytes;
    }

    /** Entries stored. */
    public int length() {
        return length;
    }

    /** Makes room for {@code entries} more; returns 0 or a negative refusal, and then holds what it held. */
    int reserve(int entries, BlockArena arena, SessionMemory memory) {
        int needed = (length + entries + KvLayout.BLOCK_ENTRIES - 1) / KvLayout.BLOCK_ENTRIES;
        while (blockCount < needed) {
            int block = memory.take(blockBytes);
            if (block < 0) {
                return block;
            }
            add(block, arena.segment(block).address() + arena.offset(block));
        }
        return 0;
    }

    private void add(int block, long address) {
        if (blockCount == blocks.length) {
            blocks = Arrays.copyOf(blocks, 2 * blockCount);
            addresses = Arrays.copyOf(addresses, 2 * blockCount);
        }
        blocks[blockCount] = block;
        addresses[blockCount] = address;
        blockCount++;
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
