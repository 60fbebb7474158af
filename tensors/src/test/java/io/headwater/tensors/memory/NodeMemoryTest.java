/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.arrow.memory.ArrowBuf;
import org.junit.jupiter.api.Test;

class NodeMemoryTest {
    private static final long MIB = 1 << 20;

    @Test
    void weightsAndBlocksShareTheNodesLimit() {
        try (NodeMemory node = new NodeMemory(WeightMemory.REGION_BYTES + 2 * MIB);
                WeightMemory weights = node.openWeights("weights", Long.MAX_VALUE);
                BlockArena arena = node.openArena(ArenaOptions.of("engine-0", Long.MAX_VALUE));
                SessionMemory session = arena.open("s", Long.MAX_VALUE)) {
            weights.allocate(1);

            assertThat(session.take(2 << 20)).isNotNegative();
            assertThat(session.take(2 << 20)).isEqualTo(Refusal.ARENA_LIMIT);
            assertThat(node.allocatedBytes()).isEqualTo(node.limitBytes());
            assertThat(node.peakBytes()).isEqualTo(node.limitBytes());
        }
    }

    @Test
    void closingOverALeakFails() {
        NodeMemory node = new NodeMemory(MIB);
        ArrowBuf leak = node.allocator().buffer(1024);

        assertThatThrownBy(node::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("1024");
        assertThat(leak.capacity()).isEqualTo(1024);
    }
}
