/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The types of metadata values; a constant's ordinal is its number in the file. */
enum ValueType {
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    BOOL(1),
    STRING(8), // the length; the bytes follow
    ARRAY(12), // element type and count; the elements follow
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private static final ValueType[] BY_NUMBER = values();
    final int minimumBytes;

    ValueType(int minimumBytes) {
        this.minimumBytes = minimumBytes;
    }

    static @Nullable ValueType of(int number) {
        return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
    }

    boolean isInteger() {
        return switch (this) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> true;
            case FLOAT32, BOOL, STRING, ARRAY, FLOAT64 -> false;
        };
    }

    boolean isFloat() {
        return this == FLOAT32 || this == FLOAT64;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
