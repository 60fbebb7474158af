/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.testing;

import java.nio.ByteBuffer;

/** Blocks of 32: 16-bit scale, perhaps minimum, perhaps fifth bits, then nibbles or bytes. */
final class BlockQuantiser {
    private BlockQuantiser() {}

    static void put(GgufFormat format, float[] values, int at, ByteBuffer out) {
        switch (format) {
            case Q4_0 -> symmetric(values, at, 8, out);
            case Q5_0 -> symmetric(values, at, 16, out);
            case Q4_1 -> withMin(values, at, 15, out);
            case Q5_1 -> withMin(values, at, 31, out);
            case Q8_0 -> bytes(values, at, out);
            case F32, F16, BF16, Q4_K, Q5_K, Q6_K -> throw new IllegalArgumentException(format.toString());
        }
    }

    /** The value furthest from zero becomes {@code -half}. */
    private static void symmetric(float[] values, int at, int half, ByteBuffer out) {
        float furthest = furthest(values, at, 32);
        float d = putHalf(furthest / -half, out);
        int[] quants = new int[32];
        for (int i = 0; i < 32; i++) {
            quants[i] = round(values[at + i], d, -half, half - 1) + half;
        }
        putQuants(quants, half == 16, out);
    }

    private static void withMin(float[] values, int at, int highest, ByteBuffer out) {
        float min = Float.POSITIVE_INFINITY;
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < 32; i++) {
            min = Math.min(min, values[at + i]);
            max = Math.max(max, values[at + i]);
        }
        float d = putHalf((max - min) / highest, out);
        float m = putHalf(min, out);
        int[] quants = new int[32];
        for (int i = 0; i < 32; i++) {
            quants[i] = round(values[at + i] - m, d, 0, highest);
        }
        putQuants(quants, highest == 31, out);
    }

    private static void bytes(float[] values, int at, ByteBuffer out) {
        float d = putHalf(Math.abs(furthest(values, at, 32)) / 127, out);
        for (int i = 0; i < 32; i++) {
            out.put((byte) round(values[at + i], d, -127, 127));
        }
    }

    private static void putQuants(int[] quants, boolean fiveBits, ByteBuffer out) {
        if (fiveBits) {
            int high = 0;
            for (int i = 0; i < 32; i++) {
                high |= (quants[i] >> 4) << i;
            }
            out.putInt(high);
        }
        for (int i = 0; i < 16; i++) {
            out.put((byte) ((quants[i] & 15) | (quants[i + 16] & 15) << 4));
        }
    }

    static float furthest(float[] values, int at, int count) {
        float furthest = 0;
        for (int i = 0; i < count; i++) {
            if (Math.abs(values[at + i]) > Math.abs(furthest)) {
                furthest = values[at + i];
            }
        }
        return furthest;
    }

    /** Writes a 16-bit float and returns what was written. */
    static float putHalf(float value, ByteBuffer out) {
        short half = Float.floatToFloat16(value);
        out.putShort(half);
        return Float.float16ToFloat(half);
    }

    static int round(float value, float scale, int lowest, int highest) {
        return scale == 0 ? Math.clamp(0, lowest, highest) : Math.clamp(Math.round(value / scale), lowest, highest);
    }
}
