/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import io.headwater.tensors.formats.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * One pass over a file's head: magic, version, counts, metadata entries, tensor descriptions; the tensors' data begins at the next
 * multiple of {@code general.alignment}. Metadata values are only walked over here, {@link GgufMetadata} reads them when asked.
 */
final class GgufParser {
    private static final int MAGIC = 'G' | 'G' << 8 | 'U' << 16 | 'F' << 24;
    private static final int KEY_LIMIT_BYTES = 65535;
    private static final int MINIMUM_ENTRY_BYTES = 8 + 4 + 1; // an empty key, a type, a bool
    private static final int MINIMUM_TENSOR_BYTES = 8 + 4 + 8 + 4 + 8; // an empty name, one dimension
    private static final int DIMENSION_LIMIT = 4;
    private static final long ALIGNMENT_LIMIT = 1 << 30;
    private final Path path;
    private final MemorySegment file;
    private final GgufCursor in;

    record Parsed(int version, GgufMetadata metadata, Map<String, GgufTensor> tensors) {}

    /** A tensor as described, its offset still relative to the data. */
    private record Described(String name, List<Long> shape, TensorType type, long relativeOffset, long byteSize) {}

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
        List<Described> described = new ArrayList<>();
        for (long i = 0; i < tensorCount; i++) {
            described.add(tensor(i));
        }
        long dataStart = Math.ceilDiv(in.position(), alignment) * alignment;
        return new Parsed(version, metadata, place(described, dataStart, alignment));
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
            String key = name("key of metadata entry", i);
            if (entries.put(key, entry(key)) != null) {
                throw in.damaged("the metadata key " + key + " is there twice");
            }
        }
        return entries;
    }

    private String name(String what, long index) throws GgufException {
        long offset = in.string(what);
        long bytes = in.position() - offset;
        if (bytes > KEY_LIMIT_BYTES) {
            throw in.damaged(what + " " + index + " has " + bytes + " bytes, more than " + KEY_LIMIT_BYTES);
        }
        String name = GgufText.decode(file, offset, (int) bytes);
        if (name == null) {
            throw in.damaged(what + " " + index + " is not valid UTF-8");
        }
        return name;
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

    private Described tensor(long index) throws GgufException {
        String name = name("name of tensor", index);
        int dimensions = in.int32(name);
        if (dimensions < 1 || dimensions > DIMENSION_LIMIT) {
            throw in.damaged("tensor " + name + " has " + Integer.toUnsignedString(dimensions)
                    + " dimensions, not 1 to " + DIMENSION_LIMIT);
        }
        Long[] shape = new Long[dimensions];
        for (int i = 0; i < dimensions; i++) {
            shape[i] = in.int64(name);
        }
        int typeNumber = in.int32(name);
        TensorType type = TensorType.of(typeNumber)
                .orElseThrow(() -> new GgufException(path, UnsupportedTypes.problem(name, typeNumber)));
        long relativeOffset = in.int64(name);
        return new Described(name, List.of(shape), type, relativeOffset, byteSize(name, shape, type));
    }

    private long byteSize(String name, Long[] shape, TensorType type) throws GgufException {
        long elements = 1;
        for (long dimension : shape) {
            if (dimension < 1 || Math.multiplyHigh(elements, dimension) != 0 || elements * dimension < 0) {
                throw in.damaged("tensor " + name + " has the impossible shape " + Arrays.toString(shape));
            }
            elements *= dimension;
        }
        if (shape[0] % type.blockElements() != 0) {
            throw in.damaged("tensor " + name + " has rows of " + shape[0] + ", but " + type + " needs a multiple of "
                    + type.blockElements());
        }
        long blocks = elements / type.blockElements();
        if (blocks > Long.MAX_VALUE / type.blockBytes()) {
            throw in.damaged("tensor " + name + " has the impossible shape " + Arrays.toString(shape));
        }
        return blocks * type.blockBytes();
    }

    private Map<String, GgufTensor> place(List<Described> described, long dataStart, long alignment)
            throws GgufException {
        Map<String, GgufTensor> tensors = new LinkedHashMap<>();
        long available = file.byteSize() - dataStart; // negative if the file ends before its data begins
        for (Described tensor : described) {
            long offset = tensor.relativeOffset();
            if (offset < 0 || offset % alignment != 0) {
                throw in.damaged("tensor " + tensor.name() + " begins at data byte " + Long.toUnsignedString(offset)
                        + ", which is no multiple of general.alignment=" + alignment);
            }
            if (offset > available || tensor.byteSize() > available - offset) {
                throw in.damaged("tensor " + tensor.name() + " (" + tensor.byteSize() + " bytes from data byte "
                        + offset + ") reaches beyond the end of the file at byte " + file.byteSize());
            }
            GgufTensor placed =
                    new GgufTensor(tensor.name(), tensor.shape(), tensor.type(), dataStart + offset, tensor.byteSize());
            if (tensors.put(tensor.name(), placed) != null) {
                throw in.damaged("tensor " + tensor.name() + " is there twice");
            }
        }
        checkOverlap(tensors);
        return tensors;
    }

    private void checkOverlap(Map<String, GgufTensor> tensors) throws GgufException {
        List<GgufTensor> inOrder = new ArrayList<>(tensors.values());
        inOrder.sort(Comparator.comparingLong(GgufTensor::offset));
        for (int i = 1; i < inOrder.size(); i++) {
            GgufTensor before = inOrder.get(i - 1);
            if (before.offset() + before.byteSize() > inOrder.get(i).offset()) {
                throw in.damaged(
                        "tensors " + before.name() + " and " + inOrder.get(i).name() + " overlap at byte "
                                + inOrder.get(i).offset());
            }
        }
    }
}
