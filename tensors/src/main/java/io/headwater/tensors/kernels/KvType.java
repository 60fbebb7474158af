/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** How keys and values are stored. */
public enum KvType {
    F32(4),
    /** Rounded to nearest even, once, when stored. */
    BF16(2);

    private final int bytes;

    KvType(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }

    /** The f32 that is read back for a stored {@code x}. */
    public float round(float x) {
        return switch (this) {
            case F32 -> x;
            case BF16 -> Float.intBitsToFloat(bf16(x) << 16);
        };
    }

    /** The upper half of a finite f32, rounded to nearest even, in the low 16 bits. */
    static int bf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
    }
}
