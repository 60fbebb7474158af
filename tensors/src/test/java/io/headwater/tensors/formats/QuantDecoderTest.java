/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.headwater.testing.GgufFormat;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuantDecoderTest {
    private static final int COLUMNS = 1024;

    @ParameterizedTest
    @EnumSource(
            names = {"F32", "F16", "BF16"},
            mode = EnumSource.Mode.EXCLUDE)
    void givesEachRangeOfARowTheValuesThatTheDequantizerGives(TensorType type) {
        MemorySegment data = twoRows(type, 7);
        QuantDecoder decoder = QuantDecoder.of(type);
        float[] expected = new float[COLUMNS];
        Dequantizer.row(type, data, type.bytes(COLUMNS), COLUMNS, expected, 0);

        for (int[] range : new int[][] {{0, 32}, {0, COLUMNS}, {32, 64}, {224, 96}, {COLUMNS - 32, 32}, {0, 0}}) {
            byte[] quants = new byte[5 + range[1]];
            float[] scales = new float[2 + range[1] / decoder.subBlock()];
            float[] mins = new float[scales.length];

            decoder.decode(data, type.bytes(COLUMNS), range[0], range[1], quants, 5, scales, mins, 2);

            for (int i = 0; i < range[1]; i++) {
                int sub = 2 + i / decoder.subBlock();
                float value = scales[sub] * quants[5 + i] + mins[sub];
                assertThat(value == expected[range[0] + i]) // Q4_0's -0 comes as 0 here
                        .as("%s column %s: %s, expected %s", type, range[0] + i, value, expected[range[0] + i])
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {"F32", "F16", "BF16"},
            mode = EnumSource.Mode.EXCLUDE)
    void staysWithinItsBoundsAndReachesThem(TensorType type) {
        QuantDecoder decoder = QuantDecoder.of(type);
        byte[] quants = new byte[2 * COLUMNS];
        float[] scales = new float[2 * COLUMNS / decoder.subBlock()];
        float[] mins = new float[scales.length];

        decoder.decode(twoRows(type, 8), 0, 0, 2 * COLUMNS, quants, 0, scales, mins, 0);

        int lowest = Integer.MAX_VALUE;
        int highest = Integer.MIN_VALUE;
        for (byte quant : quants) {
            lowest = Math.min(lowest, quant);
            highest = Math.max(highest, quant);
        }
        assertThat(lowest).isEqualTo(decoder.lowest());
        assertThat(highest).isEqualTo(decoder.highest());
        boolean anyMin = false;
        for (float min : mins) {
            anyMin |= min != 0;
        }
        assertThat(anyMin).isEqualTo(decoder.hasMin());
    }

    /** Two rows of {@link #COLUMNS}, which are also one row of twice the length. */
    private static MemorySegment twoRows(TensorType type, long seed) {
        return MemorySegment.ofArray(GgufFormat.valueOf(type.name()).randomBlocks(2 * COLUMNS, new Random(seed)));
    }

    @Test
    void refusesRangesThatAreNoMultipleOf32AndTypesWithoutQuants() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> QuantDecoder.of(TensorType.Q8_0)
                        .decode(
                                MemorySegment.ofArray(new byte[34]),
                                0,
                                0,
                                16,
                                new byte[16],
                                0,
                                new float[1],
                                new float[1],
                                0))
                .withMessage("fromColumn=0, columns=16: both must be multiples of 32");
        assertThatIllegalArgumentException().isThrownBy(() -> QuantDecoder.of(TensorType.BF16));
    }
}
