/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Where the keys and values of one KV head lie in a block of {@link #BLOCK_ENTRIES} entries: first the keys, then the values.
 *
 * <p>Keys have entries in lanes: two tiles of 16 entries, in each for every dimension 16 values (f32), or for every pair of
 * dimensions 16 ints with the even dimension in the low half (bf16). Values have dimensions in lanes: per entry, groups of 32
 * dimensions, f32 as they are, or 16 ints of which int l holds dimensions l and 16 + l of the group (bf16).
 */
public record KvLayout(int headDim, KvType type) {
    public static final int TILE_ENTRIES = 16;
    public static final int BLOCK_ENTRIES = 32;

    /** Dimensions of a value are padded to this. */
    private static final int GROUP = 32;

    public KvLayout {
        if (headDim <= 0 || headDim % 2 != 0) {
            throw new IllegalArgumentException("headDim=" + headDim + " is not even");
        }
    }

    public int paddedDim() {
        return (headDim + GROUP - 1) / GROUP * GROUP;
    }

    public int keyTileBytes() {
        return TILE_ENTRIES * headDim * type.bytes();
    }

    public int valueBytes() {
        return paddedDim() * type.bytes();
    }

    /** Offset of the values in a block. */
    public int valuesOffset() {
        return BLOCK_ENTRIES / TILE_ENTRIES * keyTileBytes();
    }

    /** What a block needs, before rounding to the arena's block size. */
    public int blockBytes() {
        return valuesOffset() + BLOCK_ENTRIES * valueBytes();
    }

    /** Stores the key {@code [headDim]} of an entry of the block at {@code block}. */
    public void storeKey(MemorySegment memory, long block, int entry, float[] key, int keyOffset) {
        long tile = keyAt(block, entry);
        switch (type) {
            case F32 -> {
                for (int d = 0; d < headDim; d++) {
                    memory.set(JAVA_FLOAT_UNALIGNED, tile + 4L * TILE_ENTRIES * d, key[keyOffset + d]);
                }
            }
            case BF16 -> {
                for (int d = 0; d < headDim; d += 2) {
                    int pair = KvType.bf16(key[keyOffset + d]) | KvType.bf16(key[keyOffset + d + 1]) << 16;
                    memory.set(JAVA_INT_UNALIGNED, tile + 2L * TILE_ENTRIES * d, pair);
                }
            }
        }
    }

    /** Stores the value {@code [headDim]} of an entry of the block at {@code block}. */
    public void storeValue(MemorySegment memory, long block, int entry, float[] value, int valueOffset) {
        long at = valueAt(block, entry);
        switch (type) {
            case F32 -> {
                for (int d = 0; d < headDim; d++) {
                    memory.set(JAVA_FLOAT_UNALIGNED, at + 4L * d, value[valueOffset + d]);
                }
            }
            case BF16 -> {
                for (int d = 0; d < paddedDim(); d += GROUP) {
                    for (int lane = 0; lane < GROUP / 2; lane++) {
                        int pair = half(value, valueOffset, d + lane)
                                | half(value, valueOffset, d + GROUP / 2 + lane) << 16;
                        memory.set(JAVA_INT_UNALIGNED, at + 2L * d + 4L * lane, pair);
                    }
                }
            }
        }
    }

    /** Where a key's lane begins: its elements lie {@code 4 · TILE_ENTRIES} bytes apart. */
    private long keyAt(long block, int entry) {
        return block + (long) (entry / TILE_ENTRIES) * keyTileBytes() + 4L * (entry % TILE_ENTRIES);
    }

    private long valueAt(long block, int entry) {
        return block + valuesOffset() + (long) entry * valueBytes();
    }

    /** Copies the key and value of an entry over another, bit by bit. */
    public void copy(MemorySegment memory, long fromBlock, int fromEntry, long toBlock, int toEntry) {
        long from = keyAt(fromBlock, fromEntry);
        long to = keyAt(toBlock, toEntry);
        for (int at = 0; at < keyTileBytes(); at += 4 * TILE_ENTRIES) {
            memory.set(JAVA_INT_UNALIGNED, to + at, memory.get(JAVA_INT_UNALIGNED, from + at));
        }
        MemorySegment.copy(memory, valueAt(fromBlock, fromEntry), memory, valueAt(toBlock, toEntry), valueBytes());
    }

    private int half(float[] value, int offset, int d) {
        return d < headDim ? KvType.bf16(value[offset + d]) : 0;
    }

    /** Reads the key {@code [headDim]} of an entry of the block at {@code block}, in f32. */
    public void readKey(MemorySegment memory, long block, int entry, float[] out, int at) {
        long tile = keyAt(block, entry);
        int dim = headDim;
        switch (type) {
            case F32 -> {
                for (int d = 0; d < dim; d++) {
                    out[at + d] = memory.get(JAVA_FLOAT_UNALIGNED, tile + 4L * TILE_ENTRIES * d);
                }
            }
            case BF16 -> {
                for (int d = 0; d < dim; d += 2) {
                    int pair = memory.get(JAVA_INT_UNALIGNED, tile + 2L * TILE_ENTRIES * d);
                    out[at + d] = half(pair, false);
                    out[at + d + 1] = half(pair, true);
                }
            }
        }
    }

    /** Reads the value {@code [headDim]} of an entry of the block at {@code block}, in f32. */
    public void readValue(MemorySegment memory, long block, int entry, float[] out, int at) {
        long from = valueAt(block, entry);
        switch (type) {
            case F32 -> MemorySegment.copy(memory, JAVA_FLOAT_UNALIGNED, from, out, at, headDim);
            case BF16 -> {
                for (int group = 0; group < headDim; group += GROUP) {
                    int low = Math.min(GROUP / 2, headDim - group);
                    int high = Math.min(GROUP / 2, headDim - group - low);
                    for (int lane = 0; lane < low; lane++) {
                        int pair = memory.get(JAVA_INT_UNALIGNED, from + 2L * group + 4L * lane);
                        out[at + group + lane] = half(pair, false);
                    }
                    for (int lane = 0; lane < high; lane++) {
                        int pair = memory.get(JAVA_INT_UNALIGNED, from + 2L * group + 4L * lane);
                        out[at + group + GROUP / 2 + lane] = half(pair, true);
                    }
                }
            }
        }
    }

    /** Key element of an entry, in f32. */
    public float key(MemorySegment memory, long block, int entry, int d) {
        long tile = keyAt(block, entry);
        return switch (type) {
            case F32 -> memory.get(JAVA_FLOAT_UNALIGNED, tile + 4L * TILE_ENTRIES * d);
            case BF16 -> half(memory.get(JAVA_INT_UNALIGNED, tile + 2L * TILE_ENTRIES * (d & -2)), d % 2 == 1);
        };
    }

    /** Value element of an entry, in f32. */
    public float value(MemorySegment memory, long block, int entry, int d) {
        long at = valueAt(block, entry);
        return switch (type) {
            case F32 -> memory.get(JAVA_FLOAT_UNALIGNED, at + 4L * d);
            case BF16 -> {
                int group = d / GROUP * GROUP;
                int lane = d % (GROUP / 2);
                yield half(memory.get(JAVA_INT_UNALIGNED, at + 2L * group + 4L * lane), d % GROUP >= GROUP / 2);
            }
        };
    }

    private static float half(int pair, boolean high) {
        return Float.intBitsToFloat(high ? pair & 0xffff0000 : pair << 16);
    }
}
