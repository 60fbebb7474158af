/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

import static io.headwater.tensors.formats.LittleEndian.half;
import static io.headwater.tensors.formats.LittleEndian.int8;
import static io.headwater.tensors.formats.LittleEndian.uint8;

import java.lang.foreign.MemorySegment;

/** The super-blocks of 256 (Q4_K, Q5_K, Q6_K) as floats; and where their packed 6-bit scales lie. */
final class KDequantizer {
    private KDequantizer() {}

    /**
     * The 6-bit scale of sub-block 0..7. Twelve bytes at {@code scales}: the low six bits of bytes 0–3 are scales 0–3, of bytes 4–7
     * minimums 0–3; nibbles of bytes 8–11 are the low parts of scales and minimums 4–7, whose high parts are the spare bits of 0–7.
     */
    static int scale(MemorySegment data, long scales, int sub) {
        return sub < 4
                ? uint8(data, scales + sub) & 63
                : (uint8(data, scales + 4 + sub) & 15) | uint8(data, scales + sub - 4) >> 6 << 4;
    }

    /** The 6-bit minimum of sub-block 0..7, packed as {@link #scale} says. */
    static int min(MemorySegment data, long scales, int sub) {
        return sub < 4
                ? uint8(data, scales + 4 + sub) & 63
                : uint8(data, scales + 4 + sub) >> 4 | uint8(data, scales + sub) >> 6 << 4;
    }

    /** d, dmin (f16), 12 bytes of scales, 128 bytes of nibbles: each 32 bytes hold sub-block 2n low, 2n + 1 high. */
    static void q4Block(MemorySegment data, long block, float[] out, int at) {
        float d = half(data, block);
        float dmin = half(data, block + 2);
        for (int sub = 0; sub < 8; sub++) {
            float scale = d * scale(data, block + 4, sub);
            float min = dmin * min(data, block + 4, sub);
            long nibbles = block + 16 + sub / 2 * 32L;
            for (int i = 0; i < 32; i++) {
                out[at + sub * 32 + i] = scale * (uint8(data, nibbles + i) >> (sub % 2 * 4) & 15) - min;
            }
        }
    }

    /** As Q4_K with 32 bytes of fifth bits before the nibbles: bit n of byte i belongs to element i of sub-block n. */
    static void q5Block(MemorySegment data, long block, float[] out, int at) {
        float d = half(data, block);
        float dmin = half(data, block + 2);
        for (int sub = 0; sub < 8; sub++) {
            float scale = d * scale(data, block + 4, sub);
            float min = dmin * min(data, block + 4, sub);
            long nibbles = block + 48 + sub / 2 * 32L;
            for (int i = 0; i < 32; i++) {
                int low = uint8(data, nibbles + i) >> (sub % 2 * 4) & 15;
                int high = uint8(data, block + 16 + i) >> sub & 1;
                out[at + sub * 32 + i] = scale * (low | high << 4) - min;
            }
        }
    }

    /** 128 bytes of low nibbles, 64 of high bit pairs, 16 signed scales, d (f16); each half of 128 elements is four rows of 32. */
    static void q6Block(MemorySegment data, long block, float[] out, int at) {
        float d = half(data, block + 208);
        for (int i = 0; i < 256; i++) {
            int half = i / 128;
            int row = i % 128 / 32;
            int lane = i % 32;
            int low = uint8(data, block + half * 64L + row % 2 * 32L + lane) >> (row / 2 * 4) & 15;
            int high = uint8(data, block + 128 + half * 32L + lane) >> (row * 2) & 3;
            float scale = d * int8(data, block + 192L + i / 16);
            out[at + i] = scale * ((low | high << 4) - 32);
        }
    }
}
