/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static io.headwater.tensors.forms.PackedMatrix.BLOCK_COLUMNS;
import static io.headwater.tensors.forms.PackedMatrix.TILE_ROWS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.headwater.tensors.forms.ByteMatrix;
import io.headwater.tensors.forms.FloatMatrix;
import io.headwater.tensors.forms.NibbleMatrix;
import io.headwater.tensors.forms.PackedMatrix;
import io.headwater.tensors.forms.ScaleType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** The oracle of {@link MatMul}. */
final class ScalarMatMul implements MatMul {
    @Override
    public void multiply(PackedMatrix w, int tile, int fromBlock, int toBlock, Activations x, TileScratch scratch) {
        float[] y = scratch.output();
        Arrays.fill(y, 0, x.rows() * TILE_ROWS, 0f);
        for (int block = fromBlock; block < toBlock; block++) {
            long offset = w.blockOffset(tile, block);
            for (int row = 0; row < x.rows(); row++) {
                switch (w) {
                    case NibbleMatrix m -> nibbles(m, offset, x, row, block, y);
                    case ByteMatrix m -> bytes(m, offset, x, row, block, y);
                    case FloatMatrix m -> floats(m, offset, x, row, block, y);
                }
            }
        }
    }

    private static void nibbles(NibbleMatrix w, long offset, Activations x, int row, int block, float[] y) {
        int[] q = x.pairs();
        int column = row * x.columns() + block * BLOCK_COLUMNS;
        int xBlock = row * x.blocks() + block;
        long scales = offset + NibbleMatrix.WORD_BYTES;
        long mins = scales + (long) TILE_ROWS * w.scaleType().bytes();
        for (int lane = 0; lane < TILE_ROWS; lane++) {
            int dot = 0;
            for (int k = 0; k < BLOCK_COLUMNS; k++) {
                long word = offset + (long) k / 4 * NibbleMatrix.GROUP_BYTES + 2L * lane;
                int nibble = (w.memory().get(JAVA_SHORT_UNALIGNED, word) >> (4 * (k % 4))) & 15;
                dot += nibble * (short) q[column + k];
            }
            int i = row * TILE_ROWS + lane;
            y[i] = Math.fma(scale(w.memory(), scales, lane, w.scaleType()) * x.scales()[xBlock], (float) dot, y[i]);
            y[i] = Math.fma(scale(w.memory(), mins, lane, w.scaleType()), x.scaledSums()[xBlock], y[i]);
        }
    }

    private static void bytes(ByteMatrix w, long offset, Activations x, int row, int block, float[] y) {
        int xBlock = row * x.blocks() + block;
        long scaleBytes = (long) TILE_ROWS * w.scaleType().bytes();
        long scales = offset + ByteMatrix.WORD_BYTES;
        for (int lane = 0; lane < TILE_ROWS; lane++) {
            int i = row * TILE_ROWS + lane;
            for (int sub = 0; sub < w.subBlocks(); sub++) {
                int dot = byteDot(w, offset, x, row * x.columns() + block * BLOCK_COLUMNS, sub, lane);
                float scale = scale(w.memory(), scales + sub * scaleBytes, lane, w.scaleType());
                y[i] = Math.fma(scale * x.scales()[xBlock], (float) dot, y[i]);
            }
            if (w.hasMin()) {
                float min = scale(w.memory(), scales + w.subBlocks() * scaleBytes, lane, w.scaleType());
                y[i] = Math.fma(min, x.scaledSums()[xBlock], y[i]);
            }
        }
    }

    private static int byteDot(ByteMatrix w, long offset, Activations x, int column, int sub, int lane) {
        int dot = 0;
        for (int k = sub * w.subBlockColumns(); k < (sub + 1) * w.subBlockColumns(); k++) {
            long word = offset + (long) k / 2 * ByteMatrix.PAIR_BYTES + 2L * lane;
            byte weight = (byte) (w.memory().get(JAVA_SHORT_UNALIGNED, word) >> (8 * (k % 2)));
            dot += weight * (short) x.pairs()[column + k];
        }
        return dot;
    }

    private static void floats(FloatMatrix w, long offset, Activations x, int row, int block, float[] y) {
        int column = row * x.columns() + block * BLOCK_COLUMNS;
        for (int k = 0; k < BLOCK_COLUMNS; k++) {
            for (int lane = 0; lane < TILE_ROWS; lane++) {
                float weight =
                        w.memory().get(JAVA_FLOAT_UNALIGNED, offset + (long) k * FloatMatrix.COLUMN_BYTES + 4L * lane);
                int i = row * TILE_ROWS + lane;
                y[i] = Math.fma(weight, x.values()[column + k], y[i]);
            }
        }
    }

    private static float scale(MemorySegment memory, long offset, int lane, ScaleType type) {
        return switch (type) {
            case HALF -> Float.float16ToFloat(memory.get(JAVA_SHORT_UNALIGNED, offset + 2L * lane));
            case FLOAT -> memory.get(JAVA_FLOAT_UNALIGNED, offset + 4L * lane);
        };
    }
}
