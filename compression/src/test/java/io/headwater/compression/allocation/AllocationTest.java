/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.PolicyException;
import org.junit.jupiter.api.Test;

class AllocationTest {
    @Test
    void anAllocationIsUnderstoodByItsWord() throws PolicyException {
        for (Allocation allocation : Allocation.values()) {
            assertThat(Allocation.parse(allocation.word())).isEqualTo(allocation);
        }
        assertThatThrownBy(() -> Allocation.parse("fair"))
                .isInstanceOf(PolicyException.class)
                .hasMessage("unknown KV allocation \"fair\"; there are uniform, pyramid, adaptive, entropy, global");
    }

    @Test
    void budgetsThatAreEqualAreTheSame() {
        HeadBudgets budgets = new HeadBudgets(2, new int[] {1, 2, 3, 4});
        assertThat(budgets).isEqualTo(new HeadBudgets(2, new int[] {1, 2, 3, 4}));
        assertThat(budgets).isNotEqualTo(new HeadBudgets(4, new int[] {1, 2, 3, 4}));
        assertThat(budgets.of(1, 0)).isEqualTo(3);
        assertThat(budgets.nLayers()).isEqualTo(2);
        assertThatThrownBy(() -> budgets.of(0, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new HeadBudgets(3, new int[] {1, 2})).isInstanceOf(IllegalArgumentException.class);
    }
}
