/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KvLayoutTest {
    @ParameterizedTest
    @EnumSource
    void everyKeyAndValueOfABlockIsReadBackRoundedToItsType(KvType type) {
        for (int headDim : new int[] {2, 16, 30, 32, 80, 128}) {
            KvLayout layout = new KvLayout(headDim, type);
            float[] keys = Inputs.rough(new Random(headDim), 32 * headDim);
            float[] values = Inputs.rough(new Random(-headDim), 32 * headDim);
            long block = 64;
            MemorySegment memory = Arena.ofAuto().allocate(block + layout.blockBytes(), 64);

            for (int entry = 0; entry < 32; entry++) {
                layout.storeKey(memory, block, entry, keys, entry * headDim);
                layout.storeValue(memory, block, entry, values, entry * headDim);
            }

            for (int i = 0; i < keys.length; i++) {
                int entry = i / headDim;
                int d = i % headDim;
                assertThat(layout.key(memory, block, entry, d))
                        .as("%s key %d", layout, i)
                        .isEqualTo(type.round(keys[i]));
                assertThat(layout.value(memory, block, entry, d))
                        .as("%s value %d", layout, i)
                        .isEqualTo(type.round(values[i]));
            }
            float[] key = new float[headDim + 2];
            float[] value = new float[headDim + 2];
            for (int entry = 0; entry < 32; entry++) {
                layout.readKey(memory, block, entry, key, 1);
                layout.readValue(memory, block, entry, value, 1);
                assertThat(key).as("%s key of entry %d", layout, entry).isEqualTo(padded(type, keys, entry, headDim));
                assertThat(value)
                        .as("%s value of entry %d", layout, entry)
                        .isEqualTo(padded(type, values, entry, headDim));
            }
        }
    }

    /** An entry's rounded vector between two zeros. */
    private static float[] padded(KvType type, float[] all, int entry, int headDim) {
        float[] padded = new float[headDim + 2];
        for (int d = 0; d < headDim; d++) {
            padded[d + 1] = type.round(all[entry * headDim + d]);
        }
        return padded;
    }

    @Test
    void bf16RoundsToNearestAndHalvesToEven() {
        assertThat(KvType.BF16.round(0x1.01p0f)).isEqualTo(0x1.00p0f);
        assertThat(KvType.BF16.round(0x1.03p0f)).isEqualTo(0x1.04p0f);
        assertThat(KvType.BF16.round(Math.nextUp(0x1.01p0f))).isEqualTo(0x1.02p0f);
        assertThat(KvType.BF16.round(-0x1.03p0f)).isEqualTo(-0x1.04p0f);
        assertThat(Float.floatToRawIntBits(KvType.BF16.round(-0f))).isEqualTo(Float.floatToRawIntBits(-0f));
    }

    @Test
    void anOddHeadDimIsRefused() {
        assertThatThrownBy(() -> new KvLayout(33, KvType.F32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("headDim=33");
    }
}
