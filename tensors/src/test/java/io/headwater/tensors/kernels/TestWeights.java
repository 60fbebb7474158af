/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.headwater.tensors.forms.ByteMatrix;
import io.headwater.tensors.forms.FloatMatrix;
import io.headwater.tensors.forms.NibbleMatrix;
import io.headwater.tensors.forms.PackedMatrix;
import io.headwater.tensors.forms.ScaleType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Weights as plain arrays, packed word by word as the Javadoc of each form says: {@code quants [rows, columns]},
 * {@code scales [rows, columns / subBlock]}, {@code mins [rows, columns / 32]}.
 */
final class TestWeights {
    final int rows;
    final int columns;
    final int subBlock;
    final byte[] quants;
    final float[] scales;
    final float[] mins;

    TestWeights(int rows, int columns, int subBlock) {
        this.rows = rows;
        this.columns = columns;
        this.subBlock = subBlock;
        quants = new byte[rows * columns];
        scales = new float[rows * columns / subBlock];
        mins = new float[rows * columns / 32];
    }

    int quant(int row, int column) {
        return quants[row * columns + column];
    }

    float scale(int row, int column) {
        return scales[(row * columns + column) / subBlock];
    }

    float min(int row, int column) {
        return mins[(row * columns + column) / 32];
    }

    /** The weight in f32, as a {@link FloatMatrix} holds it. */
    float value(int row, int column) {
        return scale(row, column) * quant(row, column) + min(row, column);
    }

    NibbleMatrix nibbles(ScaleType type) {
        MemorySegment memory = zeros(new NibbleMatrix(MemorySegment.NULL, rows, columns, type));
        NibbleMatrix w = new NibbleMatrix(memory, rows, columns, type);
        for (int row = 0; row < rows; row++) {
            for (int block = 0; block < columns / 32; block++) {
                long at = w.blockOffset(row / 64, block);
                for (int group = 0; group < 8; group++) {
                    int word = 0;
                    for (int i = 0; i < 4; i++) {
                        word |= quant(row, 32 * block + 4 * group + i) << (4 * i);
                    }
                    memory.set(JAVA_SHORT_UNALIGNED, at + 128L * group + 2L * (row % 64), (short) word);
                }
                set(memory, at + 1024, row % 64, type, scale(row, 32 * block));
                set(memory, at + 1024, 64 + row % 64, type, min(row, 32 * block));
            }
        }
        return w;
    }

    ByteMatrix bytes(boolean hasMin, ScaleType type) {
        MemorySegment memory = zeros(new ByteMatrix(MemorySegment.NULL, rows, columns, subBlock, hasMin, type));
        ByteMatrix w = new ByteMatrix(memory, rows, columns, subBlock, hasMin, type);
        int subBlocks = 32 / subBlock;
        for (int row = 0; row < rows; row++) {
            for (int block = 0; block < columns / 32; block++) {
                long at = w.blockOffset(row / 64, block);
                for (int pair = 0; pair < 16; pair++) {
                    int column = 32 * block + 2 * pair;
                    int word = (quant(row, column) & 255) | quant(row, column + 1) << 8;
                    memory.set(JAVA_SHORT_UNALIGNED, at + 128L * pair + 2L * (row % 64), (short) word);
                }
                for (int sub = 0; sub < subBlocks; sub++) {
                    float scale = scale(row, 32 * block + sub * subBlock);
                    set(memory, at + 2048, 64 * sub + row % 64, type, scale);
                }
                if (hasMin) {
                    set(memory, at + 2048, 64 * subBlocks + row % 64, type, min(row, 32 * block));
                }
            }
        }
        return w;
    }

    FloatMatrix floats() {
        MemorySegment memory = zeros(new FloatMatrix(MemorySegment.NULL, rows, columns));
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                long index = ((long) (row / 64) * columns + column) * 64 + row % 64;
                memory.set(JAVA_FLOAT_UNALIGNED, 4 * index, value(row, column));
            }
        }
        return new FloatMatrix(memory, rows, columns);
    }

    private static MemorySegment zeros(PackedMatrix shape) {
        return Arena.ofAuto().allocate(shape.byteSize(), 64);
    }

    private static void set(MemorySegment memory, long offset, int index, ScaleType type, float value) {
        switch (type) {
            case HALF -> memory.set(JAVA_SHORT_UNALIGNED, offset + 2L * index, Float.floatToFloat16(value));
            case FLOAT -> memory.set(JAVA_FLOAT_UNALIGNED, offset + 4L * index, value);
        }
    }
}
