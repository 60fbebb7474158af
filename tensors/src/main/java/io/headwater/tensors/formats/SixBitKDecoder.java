/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

import java.lang.foreign.MemorySegment;

/** Q6_K: see {@link KDequantizer#q6Block} for the layout. */
final class SixBitKDecoder implements QuantDecoder {
    @Override
    public int subBlock() {
        return 16;
    }

    @Override
    public int lowest() {
        return -32;
    }

    @Override
    public int highest() {
        return 31;
    }

    @Override
    public boolean hasMin() {
        return false;
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
            int row = (fromColumn / 32 + i) % 8;
            long block = rowOffset + (long) ((fromColumn / 32 + i) / 8) * TensorType.Q6_K.blockBytes();
            float d = LittleEndian.half(data, block + 208);
            for (int j = 0; j < 2; j++) {
                scales[scalesOffset + 2 * i + j] = d * LittleEndian.int8(data, block + 192 + 2L * row + j);
                mins[scalesOffset + 2 * i + j] = 0f;
            }
            row(data, block, row, quants, quantsOffset + 32 * i);
        }
    }

    /** Row 0..7 of 32 elements of a super-block. */
    private static void row(MemorySegment data, long block, int row, byte[] quants, int at) {
        int half = row / 4;
        long lows = block + half * 64L + row % 2 * 32L;
        long highs = block + 128 + half * 32L;
        for (int i = 0; i < 32; i += 8) {
            long low = LittleEndian.int64(data, lows + i) >>> (row % 4 / 2 * 4);
            long high = LittleEndian.int64(data, highs + i) >>> (row % 4 * 2);
            for (int j = 0; j < 8; j++) {
                quants[at + i + j] = (byte) (((low >>> (8 * j) & 15) | (high >>> (8 * j) & 3) << 4) - 32);
            }
        }
    }
}
