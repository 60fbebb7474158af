/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhiloxTest {
    /** Random123's {@code kat_vectors}, the lines "philox4x32 10". */
    @Test
    void givesTheKnownAnswersOfItsAuthors() {
        assertThat(block(0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(block(-1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(block(0x85a308d3243f6a88L, 0x0370734413198a2eL, 0x299f31d0a4093822L))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void aNumberIsTheTop53BitsOfTheFirstTwoWordsAsAFraction() {
        double number = new Philox().uniform(0, 0);

        assertThat(number).isEqualTo((0xe169c58d6627e8d5L >>> 11) * 0x1p-53);
    }

    @Test
    void numbersAreSpreadEvenlyOverTokensAndSeeds() {
        Philox random = new Philox();
        int[] bySeed = new int[10];
        int[] byToken = new int[10];

        for (int i = 0; i < 20_000; i++) {
            bySeed[(int) (10 * random.uniform(i, 5))]++;
            byToken[(int) (10 * random.uniform(5, i))]++;
        }

        for (int bucket = 0; bucket < 10; bucket++) { // 2000 expected, deviation 42
            assertThat(bySeed[bucket]).isBetween(1800, 2200);
            assertThat(byToken[bucket]).isBetween(1800, 2200);
        }
    }

    private static int[] block(long counterLow, long counterHigh, long key) {
        int[] out = new int[4];
        Philox.block(counterLow, counterHigh, key, out);
        return out;
    }
}
