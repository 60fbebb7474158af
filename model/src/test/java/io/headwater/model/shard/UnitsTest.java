/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.RopeConfig;
import io.headwater.model.llama.RopeScaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class UnitsTest {
    @Test
    void theDefaultModelHasThreeHeadUnitsSixFfnUnitsAndFortyEightVocabularyUnits() throws Exception {
        assertThat(Units.of(config(576, 1536, 9, 3, 64, 49152))).isEqualTo(new Units(3, 1, 6, 256, 48, 49152));
    }

    /** The smallest run of head groups whose columns are a multiple of 32. */
    @ParameterizedTest
    @CsvSource({"4, 4, 16, 2", "4, 2, 16, 1", "4, 4, 8, 4", "6, 6, 80, 2", "3, 3, 96, 1", "6, 3, 48, 1", "12, 12, 8, 4"
    })
    void headGroupsJoinUntilTheyFill32Columns(int nHeads, int nKvHeads, int headDim, int groups) throws Exception {
        Units units = Units.of(config(64, 96, nHeads, nKvHeads, headDim, 320));

        assertThat(units.headGroupsPerUnit()).isEqualTo(groups);
        assertThat(units.headUnits()).isEqualTo(nKvHeads / groups);
    }

    @ParameterizedTest
    @CsvSource({
        "96, 32",
        "64, 64",
        "160, 32",
        "256, 256",
        "1536, 256",
        "8192, 256",
        "5632, 256",
        "11008, 256",
        "192, 64"
    })
    void anFfnUnitIsTheLargestPowerOfTwoUpTo256ThatDividesTheDimension(int ffnDim, int columns) throws Exception {
        Units units = Units.of(config(64, ffnDim, 4, 2, 16, 320));

        assertThat(units.ffnUnitColumns()).isEqualTo(columns);
        assertThat(units.ffnUnits() * columns).isEqualTo(ffnDim);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1023, 1", "1024, 1", "1025, 2", "128256, 126", "32000, 32"})
    void theLastVocabularyUnitMayBeShort(int vocabSize, int count) throws Exception {
        Units units = Units.of(config(64, 96, 4, 2, 16, vocabSize));

        assertThat(units.vocabularyUnits()).isEqualTo(count);
        assertThat(units.vocabularyRow(0)).isZero();
        assertThat(units.vocabularyRow(count)).isEqualTo(vocabSize);
        assertThat(units.all()).isEqualTo(new Shard(new UnitRange(0, 2), new UnitRange(0, 3), new UnitRange(0, count)));
    }

    @Test
    void aModelWhoseHeadsNeverFill32ColumnsIsRefusedWithItsNumbers() {
        assertThatThrownBy(() -> Units.of(config(64, 96, 3, 3, 16, 320)))
                .isInstanceOf(UnitException.class)
                .hasMessage("no run of head groups has a multiple of 32 columns: nKvHeads=3 groupSize=1 headDim=16");
    }

    @ParameterizedTest
    @CsvSource({"48, 96, dim=48", "64, 80, ffnDim=80"})
    void aDimensionThatIsNoMultipleOf32IsRefused(int dim, int ffnDim, String named) {
        assertThatThrownBy(() -> Units.of(config(dim, ffnDim, 4, 2, 16, 320)))
                .isInstanceOf(UnitException.class)
                .hasMessage(named + " is not a multiple of 32 columns");
    }

    private static LlamaConfig config(int dim, int ffnDim, int nHeads, int nKvHeads, int headDim, int vocabSize) {
        RopeConfig rope = new RopeConfig(10000, headDim, new RopeScaling.None());
        return new LlamaConfig(2, dim, ffnDim, nHeads, nKvHeads, headDim, vocabSize, 256, 1e-5f, rope, false);
    }
}
