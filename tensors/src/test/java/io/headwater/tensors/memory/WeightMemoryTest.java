/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.testing.AllocatorExtension;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(AllocatorExtension.class)
class WeightMemoryTest {
    @Test
    void piecesAreAlignedAndDoNotOverlap(BufferAllocator root) {
        try (WeightMemory weights = WeightMemory.create(root, "weights", Long.MAX_VALUE)) {
            List<MemorySegment> pieces = new ArrayList<>();
            for (long bytes :
                    new long[] {1, 64, 0, 1000, WeightMemory.REGION_BYTES, 3, WeightMemory.REGION_BYTES + 1, 5 << 20}) {
                MemorySegment piece = weights.allocate(bytes);
                assertThat(piece.byteSize()).isEqualTo(bytes);
                assertThat(piece.address() % 64).isZero();
                pieces.add(piece);
            }

            pieces.sort(Comparator.comparingLong(MemorySegment::address).thenComparingLong(MemorySegment::byteSize));
            for (int i = 1; i < pieces.size(); i++) {
                MemorySegment before = pieces.get(i - 1);
                assertThat(before.address() + before.byteSize())
                        .isLessThanOrEqualTo(pieces.get(i).address());
            }
        }
    }

    @Test
    void isChargedByRegionAndToTheRoot(BufferAllocator root) {
        WeightMemory weights = WeightMemory.create(root, "weights", Long.MAX_VALUE);
        weights.allocate(100);
        weights.allocate(100);
        weights.allocate(WeightMemory.REGION_BYTES + 100);

        assertThat(weights.chargedBytes()).isEqualTo(2 * WeightMemory.REGION_BYTES + 100);
        assertThat(root.getAllocatedMemory()).isEqualTo(weights.chargedBytes());

        weights.close();

        assertThat(root.getAllocatedMemory()).isZero();
    }

    @Test
    void aLimitIsNamedInTheError(BufferAllocator root) {
        try (WeightMemory weights = WeightMemory.create(root, "engine-0/weights", 1 << 20)) {
            assertThatThrownBy(() -> weights.allocate(100))
                    .isInstanceOf(MemoryLimitException.class)
                    .hasMessageContaining("engine-0/weights")
                    .hasMessageContaining("limit=1048576");
            assertThatThrownBy(() -> weights.allocate(1L << 60)).isInstanceOf(MemoryLimitException.class);
            assertThatThrownBy(() -> weights.allocate(-1)).hasMessageContaining("bytes=-1");
            assertThat(weights.chargedBytes()).isZero();
        }
    }
}
