/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.SessionMemory;
import java.lang.foreign.MemorySegment;

/**
 * What is known of a sequence's entries besides keys and values, four bytes a column: a block holds the columns of 32 entries of every head,
 * so that a short cache wastes no pages on them. Blocks come and go on the engine's thread; each head's columns belong to the worker that has it.
 */
final class EntryColumns {
    private static final int ENTRIES = KvLayout.BLOCK_ENTRIES;
    private static final int SEGMENT_BYTES = Integer.BYTES * ENTRIES;

    /** Blocks are not longer: far below a slab. */
    private static final int MOST_BYTES = 256 << 10;

    private final int columns;
    /** Blocks that the heads are spread over. */
    private final int parts;

    private final int blockBytes;
    /** Of each head: its part of a group of blocks, and where its columns begin in that block. */
    private final int[] partOf;

    private final int[] offsetOf;
    private final MemorySegment memory;
    private final BlockList blocks;

    EntryColumns(int heads, int columns, int capacityEntries, MemorySegment memory) {
        this.columns = columns;
        int bytes = columns * SEGMENT_BYTES;
        this.parts = Math.max(1, (int) (((long) heads * bytes + MOST_BYTES - 1) / MOST_BYTES));
        int headsPerPart = (heads + parts - 1) / parts;
        this.blockBytes = BlockList.wholePages((long) headsPerPart * bytes);
        this.partOf = new int[heads];
        this.offsetOf = new int[heads];
        for (int head = 0; head < heads; head++) {
            partOf[head] = head / headsPerPart;
            offsetOf[head] = head % headsPerPart * columns * SEGMENT_BYTES;
        }
        this.memory = memory;
        this.blocks = new BlockList(parts * BlockList.blocks(capacityEntries));
    }

    /** Room for entries [0, entries) of every head; 0 or a refusal. */
    int reserve(int entries, BlockArena arena, SessionMemory session) {
        return blocks.reserve(parts * BlockList.blocks(entries), blockBytes, arena, session);
    }

    /** Frees what lies behind entries [0, entries). */
    void trim(int entries, SessionMemory session) {
        blocks.trim(parts * BlockList.blocks(entries), session);
    }

    long bytes() {
        return (long) blocks.count() * blockBytes;
    }

    private long at(int head, int column, int entry) {
        return blocks.address(entry / ENTRIES * parts + partOf[head])
                + offsetOf[head]
                + (long) column * SEGMENT_BYTES
                + (long) Integer.BYTES * (entry % ENTRIES);
    }

    int getInt(int head, int column, int entry) {
        return memory.get(JAVA_INT_UNALIGNED, at(head, column, entry));
    }

    void setInt(int head, int column, int entry, int value) {
        memory.set(JAVA_INT_UNALIGNED, at(head, column, entry), value);
    }

    float getFloat(int head, int column, int entry) {
        return memory.get(JAVA_FLOAT_UNALIGNED, at(head, column, entry));
    }

    void setFloat(int head, int column, int entry, float value) {
        memory.set(JAVA_FLOAT_UNALIGNED, at(head, column, entry), value);
    }

    /** Floats of entries {@code [from, from + count)}, where a block begins at {@code from}, to {@code out[from …]}. */
    void read(int head, int column, int from, int count, float[] out) {
        for (int entry = from; entry < from + count; entry += ENTRIES) {
            int n = Math.min(ENTRIES, from + count - entry);
            MemorySegment.copy(memory, JAVA_FLOAT_UNALIGNED, at(head, column, entry), out, entry, n);
        }
    }

    /** The other way. */
    void write(int head, int column, int from, int count, float[] values) {
        for (int entry = from; entry < from + count; entry += ENTRIES) {
            int n = Math.min(ENTRIES, from + count - entry);
            MemorySegment.copy(values, entry, memory, JAVA_FLOAT_UNALIGNED, at(head, column, entry), n);
        }
    }

    /** Reads a word of each cache line of a column's block. */
    int touch(int head, int column, int block) {
        long at = at(head, column, block * ENTRIES);
        return memory.get(JAVA_INT_UNALIGNED, at) ^ memory.get(JAVA_INT_UNALIGNED, at + SEGMENT_BYTES / 2);
    }

    /** All columns of one entry over those of another of the same head. */
    void copy(int head, int from, int to) {
        long source = at(head, 0, from);
        long target = at(head, 0, to);
        for (int column = 0; column < columns; column++) {
            long step = (long) column * SEGMENT_BYTES;
            memory.set(JAVA_INT_UNALIGNED, target + step, memory.get(JAVA_INT_UNALIGNED, source + step));
        }
    }
}
