/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The species of this width, and the loads that all kernels share. */
final class Lanes {
    static final VectorSpecies<Float> F = FloatVector.SPECIES_512;
    static final VectorSpecies<Integer> I = IntVector.SPECIES_512;
    static final VectorSpecies<Short> S = ShortVector.SPECIES_512;
    static final VectorSpecies<Double> D = DoubleVector.SPECIES_512;
    static final VectorSpecies<Long> L = LongVector.SPECIES_512;

    /** As many 16-bit lanes as {@link #I} has 32-bit ones. */
    static final VectorSpecies<Short> S_HALF =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));

    /** As many float lanes as {@link #D} has. */
    static final VectorSpecies<Float> F_HALF =
            VectorSpecies.of(float.class, VectorShape.forBitSize(F.vectorBitSize() / 2));

    static final int FLOATS = F.length();
    static final int SHORTS = S.length();
    static final int DOUBLES = D.length();

    /** 2^112: the exponent bias of f32 less that of f16. */
    private static final float HALF_BIAS = 0x1p112f;

    /** Reads one int of a cache line that will be needed soon: Java has no prefetch, and the hardware's stops at 4 KiB. */
    static int touch(MemorySegment memory, long offset) {
        return memory.get(ValueLayout.JAVA_INT_UNALIGNED, offset);
    }

    private Lanes() {}

    static ShortVector shorts(MemorySegment memory, long offset) {
        return ShortVector.fromMemorySegment(S, memory, offset, ByteOrder.LITTLE_ENDIAN);
    }

    static IntVector integers(MemorySegment memory, long offset) {
        return IntVector.fromMemorySegment(I, memory, offset, ByteOrder.LITTLE_ENDIAN);
    }

    static FloatVector floats(MemorySegment memory, long offset) {
        return FloatVector.fromMemorySegment(F, memory, offset, ByteOrder.LITTLE_ENDIAN);
    }

    /** f16 to f32, exact for all finite values. */
    static FloatVector halves(MemorySegment memory, long offset) {
        IntVector bits = (IntVector) ShortVector.fromMemorySegment(S_HALF, memory, offset, ByteOrder.LITTLE_ENDIAN)
                .castShape(I, 0);
        return bits.lanewise(VectorOperators.LSHL, 13)
                .and(0x8fffe000)
                .reinterpretAsFloats()
                .mul(HALF_BIAS);
    }

    /** Sign-extends {@link #FLOATS} 16-bit values. */
    static IntVector ints(short[] values, int index) {
        return (IntVector) ShortVector.fromArray(S_HALF, values, index).castShape(I, 0);
    }

    static FloatVector toFloat(IntVector ints) {
        return (FloatVector) ints.castShape(F, 0);
    }

    /** A 16-bit value in all lanes, from an int that holds it in both halves. */
    static ShortVector pair(int[] pairs, int index) {
        return IntVector.broadcast(I, pairs[index]).reinterpretAsShorts();
    }
}
