/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

import java.lang.foreign.MemorySegment;

/** Q4_K: see {@link KDequantizer#q4Block} for the layout. */
final class FourBitKDecoder implements QuantDecoder {
    @Override
    public int subBlock() {
        return 32;
    }

    @Override
    public int lowest() {
        return 0;
    }

    @Override
    public int highest() {
        return 15;
    }

    @Override
    public boolean hasMin() {
        return true;
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
            int sub = (fromColumn / 32 + i) % 8;
            long block = rowOffset + (long) ((fromColumn / 32 + i) / 8) * TensorType.Q4_K.blockBytes();
            scales[scalesOffset + i] = LittleEndian.half(data, block) * KDequantizer.scale(data, block + 4, sub);
            mins[scalesOffset + i] = -(LittleEndian.half(data, block + 2) * KDequantizer.min(data, block + 4, sub));
            nibbles(data, block + 16 + sub / 2 * 32L, sub % 2 * 4, quants, quantsOffset + 32 * i);
        }
    }

    /** The low ({@code shift} 0) or high (4) nibbles of 32 bytes. */
    static void nibbles(MemorySegment data, long offset, int shift, byte[] quants, int at) {
        for (int i = 0; i < 32; i += 8) {
            long pairs = LittleEndian.int64(data, offset + i) >>> shift;
            for (int j = 0; j < 8; j++) {
                quants[at + i + j] = (byte) (pairs >>> (8 * j) & 15);
            }
        }
    }
}
