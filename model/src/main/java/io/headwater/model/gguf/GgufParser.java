/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * One pass over a file's head: magic, version, counts, metadata entries, tensor descriptions; the tensors' data begins at the next
 * multiple of {@code general.alignment}. Metadata values are only walked over here, {@link GgufMetadata} reads them when asked.
 */
final class GgufParser {
    private static final int MAGIC = 'G' | 'G' << 8 | 'U' << 16 | 'F' << 24;
    private static final int MINIMUM_ENTRY_BYTES = 8 + 4 + 1; // an empty key, a type, a bool
    private static final int MINIMUM_TENSOR_BYTES = 8 + 4 + 8 + 4 + 8; // an empty name, one dimension
    private static final long ALIGNMENT_LIMIT = 1 << 30;
    private final Path path;
    private final MemorySegment file;
    private final GgufCursor in;

    record Parsed(int version, GgufMetadata metadata, Map<String, GgufTensor> tensors) {}

    GgufParser(Path path, MemorySegment file) {
        this.path = path;
        this.file = file;
        this.in = new GgufCursor(path, file);
    }

    Parsed parse() throws GgufException {
        checkMagic();
        int version = version();
        long tensorCount = in.count(MINIMUM_TENSOR_BYTES, "tensors");
        long entryCount = in.count(MINIMUM_ENTRY_BYTES, "metadata entries");
        GgufMetadata metadata = new GgufMetadata(path, file, entries(entryCount));
        long alignment = alignment(metadata);
        TensorTable table = new TensorTable(path, file, in, alignment);
        return new Parsed(version, metadata, table.read(tensorCount));
    }

    private void checkMagic() throws GgufException {
        if (file.byteSize() == 0) {
            throw new GgufException(path, "the file is empty: fetch it again");
        }
        if (in.remaining() < Integer.BYTES || in.int32("the magic") != MAGIC) {
            throw new GgufException(
                    path, "this is not a GGUF file (it does not begin with \"GGUF\"): give a .gguf model");
        }
    }

    private int version() throws GgufException {
        int version = in.int32("the version");
        if ((version & 0xFFFF) == 0) {
            throw new GgufException(
                    path, "the file is big-endian, only little-endian GGUF is supported: convert it or fetch another");
        }
        if (version != 2 && version != 3) {
            throw new GgufException(
                    path,
                    "GGUF version " + Integer.toUnsignedString(version)
                            + " is not supported, only 2 and 3 are: convert the file or fetch another");
        }
        return version;
    }

    private Map<String, GgufMetadata.Entry> entries(long count) throws GgufException {
        Map<String, GgufMetadata.Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < count; i++) {
            String key = in.name("key of metadata entry", i);
            if (entries.put(key, entry(key)) != null) {
                throw in.damaged("the metadata key " + key + " is there twice");
            }
        }
        return entries;
    }

    private GgufMetadata.Entry entry(String key) throws GgufException {
        ValueType type = valueType(key);
        if (type == ValueType.ARRAY) {
            return array(key);
        }
        long offset = type == ValueType.STRING ? in.string(key) : in.skip(type.minimumBytes, key);
        return new GgufMetadata.Entry(type, type, 1, offset, in.position() - offset);
    }

    private GgufMetadata.Entry array(String key) throws GgufException {
        ValueType elements = valueType(key);
        if (elements == ValueType.ARRAY) {
            throw new GgufException(
                    path, "metadata key " + key + " is an array of arrays, which is not supported: fetch another file");
        }
        long count = in.count(elements.minimumBytes, key);
        long offset = in.position();
        skipElements(elements, count, key);
        return new GgufMetadata.Entry(ValueType.ARRAY, elements, count, offset, in.position() - offset);
    }

    private ValueType valueType(String key) throws GgufException {
        int number = in.int32(key);
        ValueType type = ValueType.of(number);
        if (type == null) {
            throw in.damaged("metadata key " + key + " has the unknown value type " + Integer.toUnsignedString(number));
        }
        return type;
    }

    private void skipElements(ValueType elements, long count, String key) throws GgufException {
        if (elements != ValueType.STRING) {
            in.skip(count * elements.minimumBytes, key); // count() has compared the two
            return;
        }
        for (long i = 0; i < count; i++) {
            in.string(key);
        }
    }

    private long alignment(GgufMetadata metadata) throws GgufException {
        OptionalLong alignment = metadata.integer("general.alignment");
        long value = alignment.orElse(32);
        if (value < 1 || value > ALIGNMENT_LIMIT || Long.bitCount(value) != 1) {
            throw in.damaged("general.alignment=" + value + " is not a power of two up to " + ALIGNMENT_LIMIT);
        }
        return value;
    }
}
