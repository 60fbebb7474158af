/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * One slab: memory cut into blocks of one size until it is wholly free again. Knows each block's owner (0 = free); the free ones
 * are a stack, so the block that was freed last, whose pages are warm, is taken first.
 */
final class Slab {
    final int index;
    final MemorySegment memory;
    final ArrowBuf account;
    private final PageSource pages;
    private final int[] owners;
    private final int[] freeStack;
    private final boolean[] returned;

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
        int pagesOfSlab = (int) (memory.byteSize() / BlockArena.PAGE_BYTES);
        owners = new int[pagesOfSlab];
        freeStack = new int[pagesOfSlab];
        returned = new boolean[pagesOfSlab];
    }

    /** Cuts a wholly free slab anew. */
    void cut(int newBlockBytes, double trimShare) {
        boolean untouched = blocks == 0;
        blockBytes = newBlockBytes;
        blocks = (int) (memory.byteSize() / newBlockBytes);
        free = blocks;
        for (int i = 0; i < blocks; i++) {
            freeStack[i] = blocks - 1 - i;
            returned[i] = untouched;
        }
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
        int block = freeStack[--free];
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
            while (end < blocks && owners[end] == 0 && !returned[end]) {
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
        owners[block] = 0;
        freeStack[free++] = block;
    }

    private int stride() {
        return Math.max(1, blocks / 8);
    }

    private int pagesPerBlock() {
        return blockBytes / BlockArena.PAGE_BYTES;
    }
}
