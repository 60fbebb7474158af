/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.forms;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** Reads single weights back, by the offsets that the forms' Javadoc gives. */
final class PackedReader {
    private PackedReader() {}

    /** The weight in f32; a row of padding is read like any other. */
    static float value(PackedMatrix w, int row, int column) {
        long block = w.blockOffset(row / 64, column / 32);
        int lane = row % 64;
        int k = column % 32;
        return switch (w) {
            case NibbleMatrix m -> {
                int word = m.memory().get(JAVA_SHORT_UNALIGNED, block + 128L * (k / 4) + 2L * lane);
                int quant = word >> (4 * (k % 4)) & 15;
                yield scale(m.memory(), block + 1024, lane, m.scaleType()) * quant
                        + scale(m.memory(), block + 1024, 64 + lane, m.scaleType());
            }
            case ByteMatrix m -> {
                int word = m.memory().get(JAVA_SHORT_UNALIGNED, block + 128L * (k / 2) + 2L * lane);
                byte quant = (byte) (word >> (8 * (k % 2)));
                int sub = k / m.subBlockColumns();
                float min = m.hasMin() ? scale(m.memory(), block + 2048, 64 * m.subBlocks() + lane, m.scaleType()) : 0;
                yield scale(m.memory(), block + 2048, 64 * sub + lane, m.scaleType()) * quant + min;
            }
            case FloatMatrix m -> m.memory().get(JAVA_FLOAT_UNALIGNED, block + 256L * k + 4L * lane);
        };
    }

    private static float scale(MemorySegment memory, long offset, int index, ScaleType type) {
        return switch (type) {
            case HALF -> Float.float16ToFloat(memory.get(JAVA_SHORT_UNALIGNED, offset + 2L * index));
            case FLOAT -> memory.get(JAVA_FLOAT_UNALIGNED, offset + 4L * index);
        };
    }
}
