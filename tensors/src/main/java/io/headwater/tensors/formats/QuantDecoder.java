/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

import java.lang.foreign.MemorySegment;

/**
 * Reads a quantised row as small integers: {@code value[i] = scales[i / subBlock] * quants[i] + mins[i / subBlock]}, in f32 with two
 * roundings. Scales and minimums are products of what the file holds ({@code d}, {@code d * sc}, {@code -(dmin * m)}), rounded once to
 * f32; they may be infinite or NaN in a damaged file, whoever packs them checks that. Stateless.
 */
public interface QuantDecoder {
    /** Elements that share a scale: 32, for Q6_K 16. */
    int subBlock();

    /** Smallest quant that {@link #decode} can write. */
    int lowest();

    /** Largest quant that {@link #decode} can write. */
    int highest();

    /** True if minimums can differ from zero. Q4_0 has one too: it is given as 0..15 with {@code min = -8 * d}, so that it fits nibbles. */
    boolean hasMin();

    /**
     * Decodes columns {@code [fromColumn, fromColumn + columns)} of the row that starts at byte {@code rowOffset} of {@code data}.
     *
     * @param fromColumn a multiple of 32
     * @param columns a multiple of 32
     * @param quants takes {@code columns} values from {@code quantsOffset}
     * @param scales takes {@code columns / subBlock()} values from {@code scalesOffset}
     * @param mins as {@code scales}; zeros where the format has none
     */
    void decode(
            MemorySegment data,
            long rowOffset,
            int fromColumn,
            int columns,
            byte[] quants,
            int quantsOffset,
            float[] scales,
            float[] mins,
            int scalesOffset);

    /**
     * The decoder of a quantised format.
     *
     * @throws IllegalArgumentException for F32, F16 and BF16, which have no quants
     */
    static QuantDecoder of(TensorType type) {
        return switch (type) {
            case Q4_0 -> BlockDecoders.Q4_0;
            case Q4_1 -> BlockDecoders.Q4_1;
            case Q5_0 -> BlockDecoders.Q5_0;
            case Q5_1 -> BlockDecoders.Q5_1;
            case Q8_0 -> BlockDecoders.Q8_0;
            case Q4_K -> BlockDecoders.Q4_K;
            case Q5_K -> BlockDecoders.Q5_K;
            case Q6_K -> BlockDecoders.Q6_K;
            case F32, F16, BF16 -> throw new IllegalArgumentException(type + " is not quantised: use Dequantizer");
        };
    }
}
