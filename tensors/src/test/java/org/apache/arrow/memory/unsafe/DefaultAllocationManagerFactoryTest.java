/* SPDX-License-Identifier: Apache-2.0 */
package org.apache.arrow.memory.unsafe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.testing.AllocatorExtension;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(AllocatorExtension.class)
class DefaultAllocationManagerFactoryTest {
    @Test
    void arrowFindsIt(BufferAllocator root) {
        try (ArrowBuf buffer = root.buffer(1000)) {
            for (long i = 0; i < buffer.capacity(); i++) {
                buffer.setByte(i, (byte) i);
            }

            assertThat(buffer.memoryAddress() % 64).isZero();
            for (long i = 0; i < buffer.capacity(); i++) {
                assertThat(buffer.getByte(i)).isEqualTo((byte) i);
            }
        }
    }

    @Test
    void theEmptyBufferHoldsNothing(BufferAllocator root) {
        assertThat(root.getEmpty().capacity()).isZero();
        assertThat(root.getAllocatedMemory()).isZero();
    }

    @Test
    void whatTheSystemDoesNotHaveIsArrowsOutOfMemory(BufferAllocator root) {
        assertThatThrownBy(() -> root.buffer(1L << 60)).isInstanceOf(OutOfMemoryException.class);
        assertThat(root.getAllocatedMemory()).isZero();
    }
}
