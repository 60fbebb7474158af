/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Unaligned little-endian reads, and the 16-bit floats of block headers. */
final class LittleEndian {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static float half(MemorySegment data, long offset) {
        return Float.float16ToFloat(data.get(SHORT, offset));
    }

    static float bfloat16(MemorySegment data, long offset) {
        return Float.intBitsToFloat(data.get(SHORT, offset) << 16);
    }

    static float float32(MemorySegment data, long offset) {
        return Float.intBitsToFloat(data.get(INT, offset));
    }

    static int int32(MemorySegment data, long offset) {
        return data.get(INT, offset);
    }

    static long int64(MemorySegment data, long offset) {
        return data.get(LONG, offset);
    }

    static int int8(MemorySegment data, long offset) {
        return data.get(ValueLayout.JAVA_BYTE, offset);
    }

    static int uint8(MemorySegment data, long offset) {
        return data.get(ValueLayout.JAVA_BYTE, offset) & 0xFF;
    }
}
