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

/**
 * The tensor descriptions: name, dimensions, type, offset. Each must have a shape that can be, lie at a multiple of the alignment within
 * the file, and share no byte and no name with another.
 */
final class TensorTable {
    private static final int DIMENSION_LIMIT = 4;
    private final Path path;
    private final MemorySegment file;
    private final GgufCursor in;
    private final long alignment;

    /** A tensor as described, its offset still relative to the data. */
    private record Described(String name, List<Long> shape, TensorType type, long relativeOffset, long byteSize) {}

    /** {@code in} stands at the first description. */
    TensorTable(Path path, MemorySegment file, GgufCursor in, long alignment) {
        this.path = path;
        this.file = file;
        this.in = in;
        this.alignment = alignment;
    }

    /** By name, in the file's order. */
    Map<String, GgufTensor> read(long count) throws GgufException {
        List<Described> described = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            described.add(tensor(i));
        }
        return place(described, Math.ceilDiv(in.position(), alignment) * alignment);
    }

    private Described tensor(long index) throws GgufException {
        String name = in.name("name of tensor", index);
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

    private Map<String, GgufTensor> place(List<Described> described, long dataStart) throws GgufException {
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
