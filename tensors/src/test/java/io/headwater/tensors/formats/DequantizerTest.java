/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DequantizerTest {
    @ParameterizedTest
    @EnumSource
    void makesTheBitsThatGgufPyMakes(TensorType type) {
        float[] expected = Fixture.values(type);
        float[] values = new float[Fixture.ELEMENTS];

        Dequantizer.row(type, Fixture.blocks(type), 0, Fixture.ELEMENTS, values, 0);

        for (int i = 0; i < values.length; i++) {
            assertThat(Float.floatToIntBits(values[i])).as(type + " " + i).isEqualTo(Float.floatToIntBits(expected[i]));
        }
    }

    @ParameterizedTest
    @EnumSource
    void readsARowFromItsOffsetAndWritesNothingElse(TensorType type) {
        float[] expected = Fixture.values(type);
        float[] values = new float[3 + 256 + 2];

        Dequantizer.row(type, Fixture.blocks(type), type.bytes(256), 256, values, 3);

        assertThat(values[2]).isZero();
        assertThat(values[3 + 256]).isZero();
        for (int i = 0; i < 256; i++) {
            assertThat(values[3 + i]).isEqualTo(expected[256 + i]);
        }
    }

    @Test
    void refusesHalfABlock() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Dequantizer.row(
                        TensorType.Q4_K, MemorySegment.ofArray(new byte[144]), 0, 128, new float[128], 0))
                .withMessage("Q4_K has blocks of 256, columns=128 is not a multiple");
    }
}
