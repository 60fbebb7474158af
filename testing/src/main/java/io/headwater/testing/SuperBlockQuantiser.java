/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.testing;

import static io.headwater.testing.BlockQuantiser.furthest;
import static io.headwater.testing.BlockQuantiser.putHalf;
import static io.headwater.testing.BlockQuantiser.round;

import java.nio.ByteBuffer;

/** Super-blocks of 256: 6-bit (Q4_K, Q5_K) or 8-bit (Q6_K) scales of sub-blocks over one 16-bit scale. */
final class SuperBlockQuantiser {
    private SuperBlockQuantiser() {}

    static void put(GgufFormat format, float[] values, int at, ByteBuffer out) {
        switch (format) {
            case Q4_K -> withMins(values, at, 15, out);
            case Q5_K -> withMins(values, at, 31, out);
            case Q6_K -> symmetric(values, at, out);
            case F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0 -> throw new IllegalArgumentException(format.toString());
        }
    }

    private static void withMins(float[] values, int at, int highest, ByteBuffer out) {
        float[] scales = new float[8];
        float[] mins = new float[8];
        for (int sub = 0; sub < 8; sub++) {
            float min = 0;
            float max = 0;
            for (int i = 0; i < 32; i++) {
                min = Math.min(min, values[at + 32 * sub + i]);
                max = Math.max(max, values[at + 32 * sub + i]);
            }
            scales[sub] = (max - min) / highest;
            mins[sub] = -min;
        }
        float d = putHalf(furthest(scales, 0, 8) / 63, out);
        float dmin = putHalf(furthest(mins, 0, 8) / 63, out);
        int[] packedScales = new int[8];
        int[] packedMins = new int[8];
        int[] quants = new int[256];
        for (int sub = 0; sub < 8; sub++) {
            packedScales[sub] = round(scales[sub], d, 0, 63);
            packedMins[sub] = round(mins[sub], dmin, 0, 63);
            for (int i = 0; i < 32; i++) {
                float value = values[at + 32 * sub + i] + dmin * packedMins[sub];
                quants[32 * sub + i] = round(value, d * packedScales[sub], 0, highest);
            }
        }
        putScales(packedScales, packedMins, out);
        if (highest == 31) {
            putFifthBits(quants, out);
        }
        for (int i = 0; i < 128; i++) {
            int low = i / 32 * 64 + i % 32;
            out.put((byte) ((quants[low] & 15) | (quants[low + 32] & 15) << 4));
        }
    }

    private static void putScales(int[] scales, int[] mins, ByteBuffer out) {
        for (int i = 0; i < 4; i++) {
            out.put((byte) (scales[i] | (scales[i + 4] >> 4) << 6));
        }
        for (int i = 0; i < 4; i++) {
            out.put((byte) (mins[i] | (mins[i + 4] >> 4) << 6));
        }
        for (int i = 4; i < 8; i++) {
            out.put((byte) ((scales[i] & 15) | (mins[i] & 15) << 4));
        }
    }

    private static void putFifthBits(int[] quants, ByteBuffer out) {
        for (int i = 0; i < 32; i++) {
            int bits = 0;
            for (int sub = 0; sub < 8; sub++) {
                bits |= (quants[32 * sub + i] >> 4) << sub;
            }
            out.put((byte) bits);
        }
    }

    private static void symmetric(float[] values, int at, ByteBuffer out) {
        float[] scales = new float[16];
        for (int sub = 0; sub < 16; sub++) {
            scales[sub] = furthest(values, at + 16 * sub, 16) / -32;
        }
        short half = Float.floatToFloat16(Math.abs(furthest(scales, 0, 16)) / 127);
        float d = Float.float16ToFloat(half);
        byte[] packed = new byte[16];
        int[] quants = new int[256];
        for (int i = 0; i < 256; i++) {
            packed[i / 16] = (byte) round(scales[i / 16], d, -127, 127);
            quants[i] = round(values[at + i], d * packed[i / 16], -32, 31) + 32;
        }
        for (int i = 0; i < 128; i++) {
            int low = i / 64 * 128 + i % 64; // elements 0–63 of a half are low nibbles, 64–127 high ones
            out.put((byte) ((quants[low] & 15) | (quants[low + 64] & 15) << 4));
        }
        for (int i = 0; i < 64; i++) {
            int first = i / 32 * 128 + i % 32;
            int bits = 0;
            for (int row = 0; row < 4; row++) {
                bits |= (quants[first + 32 * row] >> 4) << (2 * row);
            }
            out.put((byte) bits);
        }
        out.put(packed);
        out.putShort(half);
    }
}
