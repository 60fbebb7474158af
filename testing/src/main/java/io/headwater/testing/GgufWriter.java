/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds a small GGUF file in memory. Writing a key or a tensor again replaces it. Not checked: tests also write files that are wrong.
 */
public final class GgufWriter {
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private int version = 3;
    private int alignment = 32;

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Tensor(int type, List<Long> shape, byte[] blocks) {}

    /** The version in the head, 3 if not set. */
    public GgufWriter version(int number) {
        this.version = number;
        return this;
    }

    /** Pads tensors to {@code bytes} and says so in {@code general.alignment}. */
    public GgufWriter alignment(int bytes) {
        this.alignment = bytes;
        return uint32("general.alignment", bytes);
    }

    /** A string. */
    public GgufWriter string(String key, String value) {
        return raw(key, STRING, new LittleEndianBytes().text(value).done());
    }

    /** A string of any bytes. */
    public GgufWriter string(String key, byte[] value) {
        return raw(key, STRING, new LittleEndianBytes().text(value).done());
    }

    /** An unsigned 32-bit integer. */
    public GgufWriter uint32(String key, int value) {
        return raw(key, UINT32, new LittleEndianBytes().int32(value).done());
    }

    /** A 32-bit float. */
    public GgufWriter float32(String key, float value) {
        return raw(key, FLOAT32, new LittleEndianBytes().float32(value).done());
    }

    /** A boolean. */
    public GgufWriter bool(String key, boolean value) {
        return raw(key, BOOL, new byte[] {(byte) (value ? 1 : 0)});
    }

    /** An array of strings. */
    public GgufWriter strings(String key, List<String> values) {
        LittleEndianBytes elements = new LittleEndianBytes();
        values.forEach(elements::text);
        return array(key, STRING, values.size(), elements.done());
    }

    /** An array of signed 32-bit integers. */
    public GgufWriter int32s(String key, int... values) {
        LittleEndianBytes elements = new LittleEndianBytes();
        for (int value : values) {
            elements.int32(value);
        }
        return array(key, INT32, values.length, elements.done());
    }

    /** An array of 32-bit floats. */
    public GgufWriter float32s(String key, float... values) {
        LittleEndianBytes elements = new LittleEndianBytes();
        for (float value : values) {
            elements.float32(value);
        }
        return array(key, FLOAT32, values.length, elements.done());
    }

    /** An array as its elements' type, number and bytes, which need not fit together. */
    public GgufWriter array(String key, int elementType, long count, byte[] elements) {
        return raw(
                key,
                ARRAY,
                new LittleEndianBytes()
                        .int32(elementType)
                        .int64(count)
                        .bytes(elements)
                        .done());
    }

    /** Any value: its type's number and its bytes. */
    public GgufWriter raw(String key, int type, byte[] value) {
        entries.put(key, new LittleEndianBytes().int32(type).bytes(value).done());
        return this;
    }

    /** A tensor, quantised from row-major values. {@code shape} in GGML's order: columns first. */
    public GgufWriter tensor(String name, GgufFormat format, List<Long> shape, float[] values) {
        return tensor(name, format.id(), shape, format.quantise(values));
    }

    /** A tensor as its blocks; they need not fit the shape. */
    public GgufWriter tensor(String name, int type, List<Long> shape, byte[] blocks) {
        tensors.put(name, new Tensor(type, List.copyOf(shape), blocks));
        return this;
    }

    /** Takes out a key or a tensor. */
    public GgufWriter without(String keyOrTensor) {
        if (entries.remove(keyOrTensor) == null && tensors.remove(keyOrTensor) == null) {
            throw new IllegalArgumentException("there is no " + keyOrTensor);
        }
        return this;
    }

    /** The file. */
    public byte[] bytes() {
        LittleEndianBytes out =
                new LittleEndianBytes().bytes(new byte[] {'G', 'G', 'U', 'F'}).int32(version);
        out.int64(tensors.size()).int64(entries.size());
        entries.forEach((key, value) -> out.text(key).bytes(value));
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            out.text(entry.getKey()).int32(tensor.shape().size());
            tensor.shape().forEach(out::int64);
            out.int32(tensor.type()).int64(offset);
            offset += tensor.blocks().length + padding(tensor.blocks().length);
        }
        for (Tensor tensor : tensors.values()) {
            out.zeros(padding(out.size())).bytes(tensor.blocks());
        }
        return out.done();
    }

    /** Writes the file and returns its path. */
    public Path write(Path path) throws IOException {
        return Files.write(path, bytes());
    }

    private int padding(int length) {
        return Math.ceilDiv(length, alignment) * alignment - length;
    }
}
