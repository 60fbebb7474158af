/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The formats with blocks of 32. Nibbles are read eight bytes at a time: packing a model at start goes through here. */
final class BlockDecoders {
    static final QuantDecoder Q4_0 = new OfBlocks(TensorType.Q4_0, 0, 15, true);
    static final QuantDecoder Q4_1 = new OfBlocks(TensorType.Q4_1, 0, 15, true);
    static final QuantDecoder Q5_0 = new OfBlocks(TensorType.Q5_0, -16, 15, false);
    static final QuantDecoder Q5_1 = new OfBlocks(TensorType.Q5_1, 0, 31, true);
    static final QuantDecoder Q8_0 = new OfBlocks(TensorType.Q8_0, -128, 127, false);
    static final QuantDecoder Q4_K = new FourBitKDecoder();
    static final QuantDecoder Q5_K = new FiveBitKDecoder();
    static final QuantDecoder Q6_K = new SixBitKDecoder();
    private static final long LOW_NIBBLES = 0x0F0F0F0F0F0F0F0FL;

    private BlockDecoders() {}

    private record OfBlocks(TensorType type, int lowest, int highest, boolean hasMin) implements QuantDecoder {
        @Override
        public int subBlock() {
            return 32;
        }

        @Override
        public void decode(
                MemorySegment data,
                long rowOffset,
                int fromColumn,
                int columns,
                byte[] quants,
                int quantsOffset,
                float[] scales,
                float[] mins,
                int scalesOffset) {
            Columns.check(fromColumn, columns);
            for (int i = 0; i < columns / 32; i++) {
                long block = rowOffset + (long) (fromColumn / 32 + i) * type.blockBytes();
                scales[scalesOffset + i] = LittleEndian.half(data, block);
                mins[scalesOffset + i] = min(data, block);
                quants(data, block, quants, quantsOffset + 32 * i);
            }
        }

        private float min(MemorySegment data, long block) {
            return switch (type) {
                case Q4_0 -> -8f * LittleEndian.half(data, block);
                case Q4_1, Q5_1 -> LittleEndian.half(data, block + 2);
                case Q5_0, Q8_0 -> 0f;
                case F32, F16, BF16, Q4_K, Q5_K, Q6_K -> throw otherBlocks();
            };
        }

        private void quants(MemorySegment data, long block, byte[] quants, int at) {
            switch (type) {
                case Q4_0 -> nibbles(data, block + 2, quants, at);
                case Q4_1 -> nibbles(data, block + 4, quants, at);
                case Q5_0 -> {
                    nibbles(data, block + 6, quants, at);
                    fifthBits(LittleEndian.int32(data, block + 2), -16, quants, at);
                }
                case Q5_1 -> {
                    nibbles(data, block + 8, quants, at);
                    fifthBits(LittleEndian.int32(data, block + 4), 0, quants, at);
                }
                case Q8_0 -> MemorySegment.copy(data, ValueLayout.JAVA_BYTE, block + 2, quants, at, 32);
                case F32, F16, BF16, Q4_K, Q5_K, Q6_K -> throw otherBlocks();
            }
        }

        private IllegalStateException otherBlocks() {
            return new IllegalStateException(type + " has no blocks of 32 integers: it needs another decoder");
        }
    }

    /** 16 bytes: the low nibbles are elements 0–15, the high ones 16–31. */
    private static void nibbles(MemorySegment data, long offset, byte[] quants, int at) {
        for (int i = 0; i < 16; i += 8) {
            long pairs = LittleEndian.int64(data, offset + i);
            long low = pairs & LOW_NIBBLES;
            long high = pairs >>> 4 & LOW_NIBBLES;
            for (int j = 0; j < 8; j++) {
                quants[at + i + j] = (byte) (low >>> (8 * j));
                quants[at + 16 + i + j] = (byte) (high >>> (8 * j));
            }
        }
    }

    private static void fifthBits(int bits, int add, byte[] quants, int at) {
        for (int i = 0; i < 32; i++) {
            quants[at + i] = (byte) ((quants[at + i] | (bits >>> i & 1) << 4) + add);
        }
    }
}
