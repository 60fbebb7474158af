/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.forms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.tensors.formats.Dequantizer;
import io.headwater.tensors.formats.TensorType;
import io.headwater.testing.GgufFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MatrixPackerTest {
    private static final int FILE_ROWS = 140;
    private static final int FILE_COLUMNS = 512;

    @ParameterizedTest
    @EnumSource
    void everyWeightOfASliceHasTheDequantizersValue(TensorType type) throws BadWeightException {
        MemorySegment data = file(type);
        for (int[] cut : new int[][] {{0, 140, 0, 512}, {3, 70, 224, 96}, {139, 1, 480, 32}, {64, 64, 256, 256}}) {
            MatrixSlice slice = new MatrixSlice(type, data, FILE_COLUMNS, cut[0], cut[1], cut[2], cut[3]);

            PackedMatrix w = pack(slice);

            assertThat(w.rows()).isEqualTo(cut[1]);
            assertThat(w.columns()).isEqualTo(cut[3]);
            float[] want = new float[FILE_COLUMNS];
            for (int row = 0; row < cut[1]; row++) {
                Dequantizer.row(type, data, slice.rowOffset(row), FILE_COLUMNS, want, 0);
                for (int column = 0; column < cut[3]; column++) {
                    float got = PackedReader.value(w, row, column);
                    assertThat(got == want[cut[2] + column]) // -0 may come as 0
                            .as("row %d column %d: %s, expected %s", row, column, got, want[cut[2] + column])
                            .isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsOfPaddingAreZero(TensorType type) throws BadWeightException {
        PackedMatrix w = pack(new MatrixSlice(type, file(type), FILE_COLUMNS, 0, 70, 0, FILE_COLUMNS));

        for (int row = 70; row < w.tiles() * PackedMatrix.TILE_ROWS; row++) {
            for (int column = 0; column < FILE_COLUMNS; column++) {
                assertThat(PackedReader.value(w, row, column)).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWeightOrScaleThatIsNotFiniteIsRefusedByItsRow(TensorType type) {
        MemorySegment data = file(type);
        long rowBytes = data.byteSize() / FILE_ROWS;
        data.asSlice(5 * rowBytes, rowBytes).fill((byte) -1); // NaN as f32, f16 and bf16

        MatrixSlice slice = new MatrixSlice(type, data, FILE_COLUMNS, 2, 10, 0, 256);

        assertThatThrownBy(() -> pack(slice))
                .isInstanceOf(BadWeightException.class)
                .hasMessageContaining("row 5");
    }

    private static MemorySegment file(TensorType type) {
        Random random = new Random(type.id());
        return MemorySegment.ofArray(
                GgufFormat.valueOf(type.name()).randomBlocks((long) FILE_ROWS * FILE_COLUMNS, random));
    }

    private static PackedMatrix pack(MatrixSlice slice) throws BadWeightException {
        return MatrixPacker.pack(slice, bytes -> Arena.ofAuto().allocate(bytes, 64));
    }
}
