/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * The keys and values of a file. Values are read from the mapped file when asked for, so use it only while the {@link GgufFile} is
 * open, and keep what you need. An absent key is an empty result; a value of another type is a {@link GgufException} with the key.
 */
public final class GgufMetadata {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int ELEMENT_LIMIT =
            1 << 27; // arrays become Java arrays; the largest vocabularies have 2^18 entries
    private final Path path;
    private final MemorySegment file;
    private final Map<String, Entry> entries;

    /** Where a value lies. {@code type} is ARRAY or the same as {@code elements}; {@code count} is 1 for what is no array. */
    record Entry(ValueType type, ValueType elements, long count, long offset, long byteSize) {}

    GgufMetadata(Path path, MemorySegment file, Map<String, Entry> entries) {
        this.path = path;
        this.file = file;
        this.entries = Collections.unmodifiableMap(entries);
    }

    /** All keys in the file's order. */
    public Set<String> keys() {
        return entries.keySet();
    }

    /** The file these values come from. */
    public Path path() {
        return path;
    }

    /** Number of elements of an array. */
    public OptionalLong length(String key) throws GgufException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(
                require(key, entry, entry.type() == ValueType.ARRAY, "an array").count());
    }

    /** Any value: Long, Double, Boolean, String, or a List of them. */
    public Optional<Object> value(String key) throws GgufException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        if (entry.type() != ValueType.ARRAY) {
            return Optional.of(scalar(key, entry, entry.offset()));
        }
        if (entry.elements() == ValueType.STRING) {
            return strings(key).map(list -> list);
        }
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < elementCount(key, entry); i++) {
            list.add(scalar(key, entry, element(entry, i)));
        }
        return Optional.of(Collections.unmodifiableList(list));
    }

    /** A string. */
    public Optional<String> string(String key) throws GgufException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        require(key, entry, entry.type() == ValueType.STRING, "a string");
        return Optional.of(text(key, entry.offset(), entry.byteSize()));
    }

    /** An integer of any width. */
    public OptionalLong integer(String key) throws GgufException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return OptionalLong.empty();
        }
        require(key, entry, entry.type().isInteger(), "an integer");
        return OptionalLong.of(integerAt(key, entry, entry.offset()));
    }

    /** A float or an integer. */
    public OptionalDouble number(String key) throws GgufException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return OptionalDouble.empty();
        }
        require(key, entry, entry.type().isInteger() || entry.type().isFloat(), "a number");
        return OptionalDouble.of(
                entry.type().isFloat() ? floatAt(entry, entry.offset()) : integerAt(key, entry, entry.offset()));
    }

    /** A boolean. */
    public Optional<Boolean> bool(String key) throws GgufException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        require(key, entry, entry.type() == ValueType.BOOL, "a boolean");
        return Optional.of(boolAt(key, entry.offset()));
    }

    /** An array of strings; decoded anew at each call. */
    public Optional<List<String>> strings(String key) throws GgufException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        requireArray(key, entry, entry.elements() == ValueType.STRING, "an array of strings");
        List<String> strings = new ArrayList<>();
        long offset = entry.offset();
        for (int i = 0; i < elementCount(key, entry); i++) {
            long bytes = file.get(LONG, offset);
            strings.add(text(key, offset + Long.BYTES, bytes));
            offset += Long.BYTES + bytes;
        }
        return Optional.of(Collections.unmodifiableList(strings));
    }

    /** An array of integers of any width that fit into an int. */
    public Optional<int[]> integers(String key) throws GgufException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        requireArray(key, entry, entry.elements().isInteger(), "an array of integers");
        int[] integers = new int[elementCount(key, entry)];
        for (int i = 0; i < integers.length; i++) {
            long value = integerAt(key, entry, element(entry, i));
            if (value != (int) value) {
                throw problem(key, "element " + i + " is " + value + ", which is no 32-bit integer");
            }
            integers[i] = (int) value;
        }
        return Optional.of(integers);
    }

    /** An array of floats; 64-bit ones are rounded. */
    public Optional<float[]> floats(String key) throws GgufException {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        requireArray(key, entry, entry.elements().isFloat(), "an array of floats");
        float[] floats = new float[elementCount(key, entry)];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) floatAt(entry, element(entry, i));
        }
        return Optional.of(floats);
    }

    private static long element(Entry entry, int index) {
        return entry.offset() + (long) index * entry.elements().minimumBytes;
    }

    private Object scalar(String key, Entry entry, long offset) throws GgufException {
        return switch (entry.elements()) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> integerAt(key, entry, offset);
            case FLOAT32, FLOAT64 -> floatAt(entry, offset);
            case BOOL -> boolAt(key, offset);
            case STRING -> text(key, offset, entry.byteSize());
            case ARRAY -> throw new AssertionError(key); // the parser refuses arrays of arrays
        };
    }

    private long integerAt(String key, Entry entry, long offset) throws GgufException {
        return switch (entry.elements()) {
            case UINT8 -> file.get(ValueLayout.JAVA_BYTE, offset) & 0xFFL;
            case INT8 -> file.get(ValueLayout.JAVA_BYTE, offset);
            case UINT16 -> file.get(SHORT, offset) & 0xFFFFL;
            case INT16 -> file.get(SHORT, offset);
            case UINT32 -> file.get(INT, offset) & 0xFFFFFFFFL;
            case INT32 -> file.get(INT, offset);
            case INT64 -> file.get(LONG, offset);
            case UINT64 -> {
                long value = file.get(LONG, offset);
                if (value < 0) {
                    throw problem(key, Long.toUnsignedString(value) + " is too large");
                }
                yield value;
            }
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> throw new AssertionError(key);
        };
    }

    private double floatAt(Entry entry, long offset) {
        return entry.elements() == ValueType.FLOAT32
                ? Float.intBitsToFloat(file.get(INT, offset))
                : Double.longBitsToDouble(file.get(LONG, offset));
    }

    private boolean boolAt(String key, long offset) throws GgufException {
        byte value = file.get(ValueLayout.JAVA_BYTE, offset);
        if (value != 0 && value != 1) {
            throw problem(key, "a boolean is " + value + ", not 0 or 1");
        }
        return value == 1;
    }

    private String text(String key, long offset, long bytes) throws GgufException {
        if (bytes > Integer.MAX_VALUE - 16) {
            throw problem(key, "a string has " + bytes + " bytes, which is too long");
        }
        String text = GgufText.decode(file, offset, (int) bytes);
        if (text == null) {
            throw problem(key, "the text at byte " + offset + " is not valid UTF-8");
        }
        return text;
    }

    private int elementCount(String key, Entry entry) throws GgufException {
        if (entry.count() > ELEMENT_LIMIT) {
            throw problem(key, entry.count() + " elements are more than " + ELEMENT_LIMIT);
        }
        return (int) entry.count();
    }

    private void requireArray(String key, Entry entry, boolean fits, String wanted) throws GgufException {
        require(key, entry, entry.type() == ValueType.ARRAY && fits, wanted);
    }

    private Entry require(String key, Entry entry, boolean fits, String wanted) throws GgufException {
        if (!fits) {
            String found =
                    entry.type() == ValueType.ARRAY ? "an array of " + entry.elements() : "of type " + entry.type();
            throw problem(key, "the value is " + found + ", expected " + wanted);
        }
        return entry;
    }

    private GgufException problem(String key, String problem) {
        return new GgufException(
                path, "metadata key " + key + ": " + problem + ": the file is damaged, fetch it again");
    }
}
