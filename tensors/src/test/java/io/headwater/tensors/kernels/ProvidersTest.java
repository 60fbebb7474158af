/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import jdk.incubator.vector.VectorShape;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;

class ProvidersTest {
    @Test
    void everyWidthUpToTheCpusIsTestedUnderItsOwnName() {
        int widest = VectorShape.preferredShape().vectorBitSize();

        List<String> names = Providers.here().stream().map(Named::getName).toList();

        assertThat(names)
                .isNotEmpty()
                .isEqualTo(List.of("vector512", "vector256", "vector128").stream()
                        .filter(name -> Integer.parseInt(name.substring("vector".length())) <= widest)
                        .toList());
    }

    @Test
    void theOracleIsNamedScalar() {
        assertThat(Kernels.scalar().name()).isEqualTo("scalar");
    }
}
