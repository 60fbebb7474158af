/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.SessionMemory;

/** Blocks of the arena in their order, taken and freed at the end only, by the engine's thread. Never grows: a list that did would allocate while decoding. */
final class BlockList {
    private final int[] blocks;
    private final long[] addresses;
    private int count;

    BlockList(int capacity) {
        this.blocks = new int[capacity];
        this.addresses = new long[capacity];
    }

    /** Blocks of 32 entries that so many need. */
    static int blocks(int entries) {
        return (entries + KvLayout.BLOCK_ENTRIES - 1) / KvLayout.BLOCK_ENTRIES;
    }

    /** Rounded up to the arena's pages. */
    static int wholePages(long bytes) {
        return Math.toIntExact((bytes + BlockArena.PAGE_BYTES - 1) / BlockArena.PAGE_BYTES * BlockArena.PAGE_BYTES);
    }

    int capacity() {
        return blocks.length;
    }

    int count() {
        return count;
    }

    long address(int index) {
        return addresses[index];
    }

    /** Takes blocks until there are {@code needed}; returns 0 or a negative refusal, and then keeps those that it got. */
    int reserve(int needed, int blockBytes, BlockArena arena, SessionMemory memory) {
        while (count < needed) {
            int block = memory.take(blockBytes);
            if (block < 0) {
                return block;
            }
            blocks[count] = block;
            addresses[count] = arena.segment(block).address() + arena.offset(block);
            count++;
        }
        return 0;
    }

    /** Frees all but the first {@code left}. */
    void trim(int left, SessionMemory memory) {
        while (count > left) {
            memory.free(blocks[--count]);
        }
    }
}
