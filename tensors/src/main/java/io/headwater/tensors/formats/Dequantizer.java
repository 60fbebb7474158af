/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

import java.lang.foreign.MemorySegment;

/**
 * Rows of every format as floats, element by element in the formula of the GGML reference, every product and sum rounded to f32.
 * Allocates nothing. Written apart from {@link QuantDecoder}, so that each checks the other.
 */
public final class Dequantizer {
    private Dequantizer() {}

    /**
     * Writes the first {@code columns} values of the row that starts at byte {@code rowOffset} of {@code data} into {@code out} from
     * {@code outOffset}.
     *
     * @throws IllegalArgumentException if {@code columns} is not a whole number of blocks
     */
    public static void row(
            TensorType type, MemorySegment data, long rowOffset, int columns, float[] out, int outOffset) {
        if (columns % type.blockElements() != 0) {
            throw new IllegalArgumentException(
                    type + " has blocks of " + type.blockElements() + ", columns=" + columns + " is not a multiple");
        }
        for (int column = 0; column < columns; column += type.blockElements()) {
            long block = rowOffset + (long) (column / type.blockElements()) * type.blockBytes();
            int at = outOffset + column;
            switch (type) {
                case F32 -> out[at] = LittleEndian.float32(data, block);
                case F16 -> out[at] = LittleEndian.half(data, block);
                case BF16 -> out[at] = LittleEndian.bfloat16(data, block);
                case Q4_0 -> q4Block(data, block, out, at);
                case Q4_1 -> q4MinBlock(data, block, out, at);
                case Q5_0 -> q5Block(data, block, out, at);
                case Q5_1 -> q5MinBlock(data, block, out, at);
                case Q8_0 -> q8Block(data, block, out, at);
                case Q4_K -> KDequantizer.q4Block(data, block, out, at);
                case Q5_K -> KDequantizer.q5Block(data, block, out, at);
                case Q6_K -> KDequantizer.q6Block(data, block, out, at);
            }
        }
    }

    private static void q4Block(MemorySegment data, long block, float[] out, int at) {
        float d = LittleEndian.half(data, block);
        for (int i = 0; i < 16; i++) {
            int pair = LittleEndian.uint8(data, block + 2 + i);
            out[at + i] = d * ((pair & 15) - 8);
            out[at + 16 + i] = d * ((pair >> 4) - 8);
        }
    }

    private static void q4MinBlock(MemorySegment data, long block, float[] out, int at) {
        float d = LittleEndian.half(data, block);
        float m = LittleEndian.half(data, block + 2);
        for (int i = 0; i < 16; i++) {
            int pair = LittleEndian.uint8(data, block + 4 + i);
            out[at + i] = d * (pair & 15) + m;
            out[at + 16 + i] = d * (pair >> 4) + m;
        }
    }

    private static void q5Block(MemorySegment data, long block, float[] out, int at) {
        float d = LittleEndian.half(data, block);
        int high = LittleEndian.int32(data, block + 2);
        for (int i = 0; i < 16; i++) {
            int pair = LittleEndian.uint8(data, block + 6 + i);
            out[at + i] = d * (((pair & 15) | (high >>> i & 1) << 4) - 16);
            out[at + 16 + i] = d * ((pair >> 4 | (high >>> (i + 16) & 1) << 4) - 16);
        }
    }

    private static void q5MinBlock(MemorySegment data, long block, float[] out, int at) {
        float d = LittleEndian.half(data, block);
        float m = LittleEndian.half(data, block + 2);
        int high = LittleEndian.int32(data, block + 4);
        for (int i = 0; i < 16; i++) {
            int pair = LittleEndian.uint8(data, block + 8 + i);
            out[at + i] = d * ((pair & 15) | (high >>> i & 1) << 4) + m;
            out[at + 16 + i] = d * (pair >> 4 | (high >>> (i + 16) & 1) << 4) + m;
        }
    }

    private static void q8Block(MemorySegment data, long block, float[] out, int at) {
        float d = LittleEndian.half(data, block);
        for (int i = 0; i < 32; i++) {
            out[at + i] = d * LittleEndian.int8(data, block + 2 + i);
        }
    }
}
