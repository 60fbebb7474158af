/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import io.headwater.tensors.formats.TensorType;
import java.util.List;

/**
 * Where a tensor lies in its file. A matrix of {@code rows()} rows has the shape {@code [columns, rows]}: GGML counts the fastest
 * dimension first.
 *
 * @param shape 1 to 4 dimensions ≥ 1 in GGML's order
 * @param offset from the start of the file, in bytes
 * @param byteSize all rows without padding
 */
public record GgufTensor(String name, List<Long> shape, TensorType type, long offset, long byteSize) {
    public GgufTensor {
        shape = List.copyOf(shape);
    }

    /** Length of a row: the fastest dimension. */
    public long columns() {
        return shape.getFirst();
    }

    /** Number of rows: the product of all dimensions but the fastest. */
    public long rows() {
        long rows = 1;
        for (int i = 1; i < shape.size(); i++) {
            rows *= shape.get(i); // the parser has checked the product
        }
        return rows;
    }

    /** Bytes of a row; row r begins at {@code r * rowBytes()} of the tensor's data. */
    public long rowBytes() {
        return type.bytes(columns());
    }
}
