/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.tensors.kernels.KernelWidth;
import io.headwater.tensors.kernels.Kernels;
import java.util.Optional;

/** Which kernels an engine uses; all give the same bits. */
public enum KernelChoice {
    /** The widest that this CPU has. */
    AUTO,
    SCALAR,
    VECTOR128,
    VECTOR256,
    VECTOR512;

    /** The kernels of this choice on a CPU whose preferred vectors have {@code preferredBits} bits. */
    public Kernels resolve(int preferredBits) throws EngineException {
        return switch (this) {
            case AUTO ->
                KernelWidth.widest(preferredBits).map(KernelWidth::kernels).orElseGet(Kernels::scalar);
            case SCALAR -> Kernels.scalar();
            case VECTOR128 -> vector(KernelWidth.BITS_128, preferredBits);
            case VECTOR256 -> vector(KernelWidth.BITS_256, preferredBits);
            case VECTOR512 -> vector(KernelWidth.BITS_512, preferredBits);
        };
    }

    /** What the user should be told of the choice on such a CPU, if anything. */
    public Optional<String> note(int preferredBits) {
        return this == AUTO && KernelWidth.widest(preferredBits).isEmpty()
                ? Optional.of("no vector kernels for this CPU and JVM, whose vectors have " + preferredBits
                        + " bits: scalar ones are used, which are many times slower")
                : Optional.empty();
    }

    private static Kernels vector(KernelWidth width, int preferredBits) throws EngineException {
        if (width.bits() > preferredBits) {
            throw new EngineException("kernels of " + width.bits() + " bits were asked for, this CPU has "
                    + preferredBits + ": ask for fewer, or for auto");
        }
        return width.kernels();
    }
}
