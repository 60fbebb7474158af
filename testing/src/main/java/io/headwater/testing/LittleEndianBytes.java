/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes put one after the other, numbers little-endian. */
final class LittleEndianBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    LittleEndianBytes int32(int value) {
        for (int shift = 0; shift < 32; shift += 8) {
            out.write(value >>> shift);
        }
        return this;
    }

    LittleEndianBytes int64(long value) {
        return int32((int) value).int32((int) (value >>> 32));
    }

    LittleEndianBytes float32(float value) {
        return int32(Float.floatToRawIntBits(value));
    }

    /** The length and the bytes, as GGUF writes a string. */
    LittleEndianBytes text(byte[] value) {
        return int64(value.length).bytes(value);
    }

    LittleEndianBytes text(String value) {
        return text(value.getBytes(StandardCharsets.UTF_8));
    }

    LittleEndianBytes bytes(byte[] value) {
        out.writeBytes(value);
        return this;
    }

    LittleEndianBytes zeros(int count) {
        return bytes(new byte[count]);
    }

    int size() {
        return out.size();
    }

    byte[] done() {
        return out.toByteArray();
    }
}
