/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The oracle itself. */
class ScalarRowQuantiserTest {
    @Test
    void roundsHalvesToEvenAndSumsWhatItRounded() {
        float[] values = new float[32];
        System.arraycopy(new float[] {127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 126.5f}, 0, values, 0, 8);

        Activations x = Inputs.activations(1, 32, values);

        int[] want = {127, 0, 2, 2, 0, -2, -2, 126};
        for (int i = 0; i < want.length; i++) {
            assertThat(x.pairs()[i]).as("column %d", i).isEqualTo(want[i] << 16 | (want[i] & 0xffff));
        }
        assertThat(x.scales()[0]).isEqualTo(1f);
        assertThat(x.sums()[0]).isEqualTo(253);
        assertThat(x.scaledSums()[0]).isEqualTo(253f);
    }

    @Test
    void aBlockBelowTwoToTheMinus100IsZeroAndOneAtItIsNot() {
        float[] values = new float[64];
        values[3] = -Math.nextDown(0x1p-100f);
        values[40] = -0x1p-100f;

        Activations x = Inputs.activations(1, 64, values);

        assertThat(x.scales()[0]).isZero();
        assertThat((short) x.pairs()[3]).isZero();
        assertThat(x.scales()[1]).isEqualTo(0x1p-100f / 127);
        assertThat((short) x.pairs()[40]).isEqualTo((short) -127);
    }

    @Test
    void isTheNearestMultipleOfTheScale() {
        Activations x = Inputs.activations(1, 320, Inputs.gaussian(new Random(3), 320));

        for (int i = 0; i < 320; i++) {
            float d = x.scales()[i / 32];
            assertThat((double) (short) x.pairs()[i]).as("column %d", i).isEqualTo(Math.rint(x.values()[i] / d) + 0.0);
        }
    }
}
