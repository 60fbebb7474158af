/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.tensors.kernels.KvType;
import java.nio.ByteBuffer;

/** Numbers as they are stored: what was read of a bf16 has a lower half of zeros, so no bit is lost either way. */
final class StoredFloats {
    private StoredFloats() {}

    static void put(KvType type, float[] values, int count, ByteBuffer out) {
        switch (type) {
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    out.putInt(Float.floatToRawIntBits(values[i]));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out.putShort((short) (Float.floatToRawIntBits(values[i]) >>> 16));
                }
            }
        }
    }

    static void get(KvType type, ByteBuffer in, float[] values, int count) {
        switch (type) {
            case F32 -> {
                for (int i = 0; i < count; i++) {
                    values[i] = Float.intBitsToFloat(in.getInt());
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    values[i] = Float.intBitsToFloat(in.getShort() << 16);
                }
            }
        }
    }
}
