/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import io.headwater.compression.Rotation;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.SessionMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The last queries of one KV head's group as attention used them, rounded to the KV type: what a window's attention is computed from again at
 * a change point. Position p lies in slot p % window.
 */
final class QueryRing {
    /** Blocks are not longer, unless one row is. */
    private static final int MOST_BYTES = 64 << 10;

    private final int window;
    private final int rowFloats;
    private final KvType type;
    private final MemorySegment memory;
    private final int rowsPerBlock;
    private final BlockList blocks;

    /** {@code rowFloats}: of the group's queries at one position. */
    QueryRing(int window, int rowFloats, KvType type, MemorySegment memory) {
        this.window = window;
        this.rowFloats = rowFloats;
        this.type = type;
        this.memory = memory;
        this.rowsPerBlock = Math.clamp(MOST_BYTES / ((long) rowFloats * type.bytes()), 1, window);
        this.blocks = new BlockList((window + rowsPerBlock - 1) / rowsPerBlock);
    }

    int window() {
        return window;
    }

    int rowFloats() {
        return rowFloats;
    }

    private int blockBytes() {
        return BlockList.wholePages((long) rowsPerBlock * rowFloats * type.bytes());
    }

    long bytes() {
        return (long) blocks.count() * blockBytes();
    }

    /** Takes the ring's memory, if it has none; 0 or a refusal. */
    int reserve(BlockArena arena, SessionMemory session) {
        return blocks.reserve((window + rowsPerBlock - 1) / rowsPerBlock, blockBytes(), arena, session);
    }

    private long at(int position) {
        int slot = position % window;
        return blocks.address(slot / rowsPerBlock) + (long) (slot % rowsPerBlock) * rowFloats * type.bytes();
    }

    /** Stores the queries {@code [group, headDim]} of a position over those of {@code position − window}. */
    void store(int position, float[] queries, int offset) {
        long at = at(position);
        switch (type) {
            case F32 -> MemorySegment.copy(queries, offset, memory, ValueLayout.JAVA_FLOAT_UNALIGNED, at, rowFloats);
            case BF16 -> {
                for (int i = 0; i < rowFloats; i++) {
                    int upper = Float.floatToRawIntBits(type.round(queries[offset + i])) >>> 16;
                    memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, at + 2L * i, (short) upper);
                }
            }
        }
    }

    /** Copies the rows of positions [from, to) of a ring of the same model that is no shorter. */
    void copy(QueryRing other, int from, int to) {
        for (int position = from; position < to; position++) {
            MemorySegment.copy(memory, other.at(position), memory, at(position), (long) rowFloats * type.bytes());
        }
    }

    /** Rows of positions [from, to), at most a window of them, become those of as many positions further on ({@code by} may be negative). */
    void move(int from, int to, int by, int headDim, Rotation rotation) {
        float[] rows = new float[(to - from) * rowFloats];
        read(from, to, rows);
        for (int at = 0; at < rows.length; at += headDim) {
            rotation.move(rows, at, by);
        }
        for (int position = from; position < to; position++) {
            store(position + by, rows, (position - from) * rowFloats);
        }
    }

    /** Reads the rows of positions [from, to), at most a window of them, to the beginning of {@code out}. */
    void read(int from, int to, float[] out) {
        for (int position = from; position < to; position++) {
            long at = at(position);
            int row = (position - from) * rowFloats;
            switch (type) {
                case F32 -> MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT_UNALIGNED, at, out, row, rowFloats);
                case BF16 -> {
                    for (int i = 0; i < rowFloats; i++) {
                        int upper = memory.get(ValueLayout.JAVA_SHORT_UNALIGNED, at + 2L * i);
                        out[row + i] = Float.intBitsToFloat(upper << 16);
                    }
                }
            }
        }
    }
}
