/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import java.util.Optional;
import jdk.incubator.vector.VectorShape;

/** The widths that vector kernels exist for. Code for more bits than the CPU has would crawl, so nobody asks for it unchecked. */
public enum KernelWidth {
    BITS_128(128),
    BITS_256(256),
    BITS_512(512);

    private final int bits;

    KernelWidth(int bits) {
        this.bits = bits;
    }

    public int bits() {
        return bits;
    }

    /** Bits of the vectors that this CPU and JVM prefer. */
    public static int preferredBits() {
        return VectorShape.preferredShape().vectorBitSize();
    }

    /** The widest that fits, or empty below 128 bits. */
    public static Optional<KernelWidth> widest(int preferredBits) {
        if (preferredBits >= 512) {
            return Optional.of(BITS_512);
        }
        if (preferredBits >= 256) {
            return Optional.of(BITS_256);
        }
        return preferredBits >= 128 ? Optional.of(BITS_128) : Optional.empty();
    }

    public Kernels kernels() {
        return switch (this) {
            case BITS_128 -> io.headwater.tensors.kernels.vector128.VectorKernels.create();
            case BITS_256 -> io.headwater.tensors.kernels.vector256.VectorKernels.create();
            case BITS_512 -> io.headwater.tensors.kernels.vector512.VectorKernels.create();
        };
    }
}
