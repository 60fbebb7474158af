/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class KernelChoiceTest {
    @Test
    void fallingBackToScalarKernelsIsSaidAndOnlyThen() throws Exception {
        assertThat(KernelChoice.AUTO.resolve(64).name()).isEqualTo("scalar");
        assertThat(KernelChoice.AUTO.note(64)).get().asString().contains("64 bits", "scalar");
        assertThat(KernelChoice.AUTO.note(128)).isEmpty();
        assertThat(KernelChoice.SCALAR.note(64)).isEmpty();
    }
}
