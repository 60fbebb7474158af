/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "200000000, 200000000",
        "999999999999999, 999999999999999",
        "12b, 12",
        "3k, 3072",
        "500m, 524288000",
        "500MiB, 524288000",
        "4G, 4294967296",
        "4gb, 4294967296",
        "999999999g, 1073741822926258176",
        "1073741822926258176, 1073741822926258176"
    })
    void bytesAndPowersOf1024(String text, long bytes) {
        assertThat(new Sizes().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "m", "-1", "1.5g", "4t", "4 g", "1000000000g", "999999999999g", "9999999999999999999", "1ib"
            })
    void whatIsNoSizeOrTooMuchForOneIsRefusedInASentence(String text) {
        assertThatThrownBy(() -> new Sizes().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("give bytes");
    }
}
