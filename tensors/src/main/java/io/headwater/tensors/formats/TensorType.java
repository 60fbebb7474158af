/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

import java.util.Optional;

/** A tensor format that Headwater reads. A row is a whole number of blocks; the constant's name is the one that GGUF tools print. */
public enum TensorType {
    F32(0, 1, 4),
    F16(1, 1, 2),
    Q4_0(2, 32, 18),
    Q4_1(3, 32, 20),
    Q5_0(6, 32, 22),
    Q5_1(7, 32, 24),
    Q8_0(8, 32, 34),
    Q4_K(12, 256, 144),
    Q5_K(13, 256, 176),
    Q6_K(14, 256, 210),
    BF16(30, 1, 2);

    private final int id;
    private final int blockElements;
    private final int blockBytes;

    TensorType(int id, int blockElements, int blockBytes) {
        this.id = id;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** The type with GGML's number {@code id}, empty if Headwater does not read it. */
    public static Optional<TensorType> of(int id) {
        for (TensorType type : values()) {
            if (type.id == id) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** GGML's number of the type, as in the file. */
    public int id() {
        return id;
    }

    /** Elements of one block: 1 for floats, 32, or 256 for the K formats. */
    public int blockElements() {
        return blockElements;
    }

    /** Bytes of one block. */
    public int blockBytes() {
        return blockBytes;
    }

    /** True for formats of small integers with scales, false for F32, F16 and BF16. */
    public boolean quantised() {
        return blockElements > 1;
    }

    /**
     * Bytes of {@code elements} consecutive elements of a row.
     *
     * @throws IllegalArgumentException if {@code elements} is not a whole number of blocks
     */
    public long bytes(long elements) {
        if (elements % blockElements != 0) {
            throw new IllegalArgumentException(
                    this + " has blocks of " + blockElements + ", elements=" + elements + " is not a multiple");
        }
        return Math.multiplyExact(elements / blockElements, (long) blockBytes);
    }
}
