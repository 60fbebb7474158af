/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * One slab: memory cut into blocks of one size until it is wholly free again. Knows each block's owner; the free ones are a stack,
 * linked through the same array, so the block that was freed last, whose pages are warm, is taken first. Its bookkeeping is small,
 * since a slab may be opened in the middle of decoding: 5 bytes per block.
 */
final class Slab {
    final int index;
    final MemorySegment memory;
    final ArrowBuf account;
    private final PageSource pages;
    /** An owner, or for a free block −1 less the next free one, which is 0 for the last. */
    private int[] owners = new int[0];

    private boolean[] returned = new boolean[0];
    private int firstFree;

    private int blockBytes;
    private int blocks;
    private int free;
    private int returnedBlocks;
    private int trimAt;
    private int nextTrim;

    @Nullable
    Slab previous;

    @Nullable
    Slab next;

    Slab(int index, MemorySegment memory, ArrowBuf account, PageSource pages) {
        this.index = index;
        this.memory = memory;
        this.account = account;
        this.pages = pages;
    }

    /** Cuts a wholly free slab anew. */
    void cut(int newBlockBytes, double trimShare) {
        boolean untouched = blocks == 0;
        blockBytes = newBlockBytes;
        blocks = (int) (memory.byteSize() / newBlockBytes);
        free = blocks;
        if (owners.length != blocks) {
            owners = new int[blocks];
            returned = new boolean[blocks];
        }
        for (int i = 0; i < blocks; i++) {
            owners[i] = i + 1 < blocks ? -1 - (i + 1) : 0;
        }
        firstFree = 0;
        Arrays.fill(returned, untouched);
        returnedBlocks = untouched ? blocks : 0;
        trimAt = Math.max(1, (int) Math.ceil(blocks * trimShare));
        nextTrim = trimAt;
    }

    int blockBytes() {
        return blockBytes;
    }

    boolean isFull() {
        return free == 0;
    }

    boolean isWhollyFree() {
        return free == blocks;
    }

    long returnedBytes() {
        return (long) returnedBlocks * blockBytes;
    }

    /** First page of the block, within the slab; there must be a free one. */
    int take(int owner) {
        int block = firstFree;
        firstFree = -1 - owners[block];
        free--;
        owners[block] = owner;
        if (returned[block]) {
            returned[block] = false;
            returnedBlocks--;
        }
        if (free < trimAt - stride()) {
            nextTrim = trimAt;
        }
        return block * pagesPerBlock();
    }

    /** False if no block of this owner starts at this page. */
    boolean free(int page, int owner) {
        int block = page / pagesPerBlock();
        if (block >= blocks || block * pagesPerBlock() != page || owners[block] != owner) {
            return false;
        }
        release(block);
        return true;
    }

    /** Frees all blocks of this owner; returns their bytes. */
    long freeAll(int owner) {
        long freedBytes = 0;
        for (int block = 0; block < blocks; block++) {
            if (owners[block] == owner) {
                release(block);
                freedBytes += blockBytes;
            }
        }
        return freedBytes;
    }

    /** Gives the pages of free blocks back once enough are free, and again after every further eighth. */
    void trimIfDue() {
        if (free >= nextTrim) {
            nextTrim = free + stride();
            trim();
        }
    }

    private void trim() {
        for (int start = 0; start < blocks; start++) {
            int end = start;
            while (end < blocks && owners[end] <= 0 && !returned[end]) {
                end++;
            }
            if (end > start
                    && pages.giveBack(
                            memory.address() + (long) start * blockBytes, (long) (end - start) * blockBytes)) {
                Arrays.fill(returned, start, end, true);
                returnedBlocks += end - start;
            }
            start = end;
        }
    }

    private void release(int block) {
        owners[block] = free == 0 ? 0 : -1 - firstFree;
        firstFree = block;
        free++;
    }

    private int stride() {
        return Math.max(1, blocks / 8);
    }

    private int pagesPerBlock() {
        return blockBytes / BlockArena.PAGE_BYTES;
    }
}
