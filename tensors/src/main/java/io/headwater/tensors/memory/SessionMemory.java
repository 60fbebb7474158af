/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import org.apache.arrow.memory.BufferAllocator;

/**
 * One session's blocks and what they cost. Taking and freeing allocate nothing on the Java heap, except when the arena opens a
 * slab. Same thread as its {@link BlockArena}.
 */
public final class SessionMemory implements AutoCloseable {
    private final BlockArena arena;
    private final BufferAllocator allocator;
    private final int owner;
    private boolean closed;
    private long heapBytes;
    /** Of arrays that are there, what could not be charged when they came. */
    private long owedBytes;

    SessionMemory(BlockArena arena, BufferAllocator allocator, int owner) {
        this.arena = arena;
        this.allocator = allocator;
        this.owner = owner;
    }

    /** A block of blockBytes (a multiple of 4 KiB, at most a slab), or a negative {@link Refusal}. */
    public int take(int blockBytes) {
        if (!hasRoom(blockBytes)) {
            return Refusal.SESSION_LIMIT;
        }
        int block = arena.take(blockBytes, owner);
        if (block >= 0) {
            arena.lend(allocator, blockBytes);
        }
        return block;
    }

    /** Puts count blocks into blocks[from, from + count) and returns count; or takes none and returns a negative {@link Refusal}. */
    public int take(int blockBytes, int[] blocks, int from, int count) {
        if (!hasRoom((long) count * blockBytes)) {
            return Refusal.SESSION_LIMIT;
        }
        for (int i = 0; i < count; i++) {
            int block = arena.take(blockBytes, owner);
            if (block < 0) {
                free(blocks, from, i);
                return block;
            }
            arena.lend(allocator, blockBytes);
            blocks[from + i] = block;
        }
        return count;
    }

    /** Any session may take the block from now on. A block that this session does not hold is an {@link IllegalStateException}. */
    public void free(int block) {
        if (!arena.free(block, owner, allocator)) {
            throw new IllegalStateException(allocator.getName() + ": block=" + block
                    + " is not held by this session, freed twice or another's: a bug");
        }
    }

    /** Frees blocks[from, from + count). */
    public void free(int[] blocks, int from, int count) {
        for (int i = from; i < from + count; i++) {
            free(blocks[i]);
        }
    }

    /** Sets how many bytes of arrays on the Java heap the session is charged for beside its blocks; returns 0 or a {@link Refusal}. */
    public int chargeHeap(long bytes) {
        long more = bytes - heapBytes;
        if (more > 0) {
            if (!hasRoom(more)) {
                return Refusal.SESSION_LIMIT;
            }
            if (allocator.getHeadroom() < more) {
                arena.freeSpare();
            }
            if (allocator.getHeadroom() < more) {
                return Refusal.ARENA_LIMIT;
            }
            allocator.forceAllocate(more);
        } else if (more < 0) {
            allocator.releaseBytes(-more);
        }
        arena.chargedHeap(more);
        heapBytes = bytes;
        owe(0);
        return 0;
    }

    /**
     * As {@link #chargeHeap}, for arrays that are there already, whatever the limit: what is refused is owed. {@link BlockArena#usedBytes} counts it, and it is
     * charged as soon as others free enough.
     */
    public void oweHeap(long bytes) {
        if (chargeHeap(bytes) < 0) {
            owe(bytes - heapBytes);
        }
    }

    private void owe(long bytes) {
        arena.owesHeap(bytes - owedBytes);
        owedBytes = bytes;
    }

    /** Charges what is owed, if there is room now. */
    void settle() {
        if (owedBytes > 0) {
            int _ = chargeHeap(heapBytes + owedBytes); // refused: it stays owed
        }
    }

    public String name() {
        return allocator.getName();
    }

    /** Bytes of the blocks that it holds and of its arrays. */
    public long chargedBytes() {
        return allocator.getAllocatedMemory();
    }

    /** The highest {@link #chargedBytes} so far. */
    public long peakBytes() {
        return allocator.getPeakMemoryAllocation();
    }

    public long limitBytes() {
        return allocator.getLimit();
    }

    /** Below what the session holds it only stops it from taking more. */
    public void setLimit(long limitBytes) {
        allocator.setLimit(limitBytes);
    }

    /** Frees every block it still holds. */
    @Override
    public void close() {
        if (!closed) {
            int _ = chargeHeap(0);
            closed = true;
            arena.closed(this, owner, allocator);
            allocator.close();
        }
    }

    private boolean hasRoom(long bytes) {
        if (closed) {
            throw new IllegalStateException(allocator.getName() + ": the session is closed and takes no blocks: a bug");
        }
        return bytes <= allocator.getLimit() - allocator.getAllocatedMemory();
    }
}
