/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.testing;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/** The tensor formats that {@link GgufWriter} writes, apart from the code under test. */
public enum GgufFormat {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    BF16(30, 1, 2);

    private final int id;
    private final int blockElements;
    private final int blockBytes;

    GgufFormat(int id, int blockElements, int blockBytes) {
        this.id = id;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** GGML's number. */
    public int id() {
        return id;
    }

    /** Elements of a block. */
    public int blockElements() {
        return blockElements;
    }

    /** Bytes of a block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** The values in this format, by plain rounding: good enough for tests, not what llama.cpp's quantiser would choose. */
    public byte[] quantise(float[] values) {
        byte[] bytes = allocate(values.length);
        ByteBuffer out = littleEndian(bytes);
        for (int at = 0; at < values.length; at += blockElements) {
            switch (this) {
                case F32 -> out.putFloat(values[at]);
                case F16 -> out.putShort(Float.floatToFloat16(values[at]));
                case BF16 -> out.putShort(bfloat16(values[at]));
                case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0 -> BlockQuantiser.put(this, values, at, out);
                case Q4_K, Q5_K, Q6_K -> SuperBlockQuantiser.put(this, values, at, out);
            }
        }
        return bytes;
    }

    /** Blocks with random bits, so that every quant and every packed scale occurs, and finite 16-bit scales of about ±0.01. */
    public byte[] randomBlocks(long elements, RandomGenerator random) {
        if (blockElements == 1) {
            float[] values = new float[Math.toIntExact(elements)];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            return quantise(values);
        }
        byte[] bytes = allocate(elements);
        ByteBuffer out = littleEndian(bytes);
        random.nextBytes(bytes);
        for (int block = 0; block < bytes.length; block += blockBytes) {
            switch (this) {
                case Q4_0, Q5_0, Q8_0 -> putScale(out, block, random);
                case Q4_1, Q5_1, Q4_K, Q5_K -> {
                    putScale(out, block, random);
                    putScale(out, block + 2, random);
                }
                case Q6_K -> putScale(out, block + 208, random);
                case F32, F16, BF16 -> throw new AssertionError(this);
            }
        }
        return bytes;
    }

    private static void putScale(ByteBuffer out, int at, RandomGenerator random) {
        out.putShort(at, Float.floatToFloat16((float) random.nextGaussian() * 0.01f));
    }

    private byte[] allocate(long elements) {
        if (elements % blockElements != 0) {
            throw new IllegalArgumentException(this + " has blocks of " + blockElements + ", elements=" + elements);
        }
        return new byte[Math.toIntExact(elements / blockElements * blockBytes)];
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Rounds to nearest, ties to even; finite values only. */
    private static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7FFF + (bits >>> 16 & 1)) >>> 16);
    }
}
