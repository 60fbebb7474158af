/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.testing.AllocatorExtension;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

/** Here and not in testing, which has no allocation manager. */
class AllocatorExtensionTest {
    @Test
    void failsOnALeakedBufferWithArrowsListing() {
        RootAllocator root = new RootAllocator(1 << 20);
        ArrowBuf leak = root.newChildAllocator("the-culprit", 0, 1 << 20).buffer(512);

        assertThatThrownBy(() -> AllocatorExtension.closeOrFail(root))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(leak.capacity() + " bytes")
                .hasMessageContaining("the-culprit");
    }

    @Test
    void failsOnALeakedBlock() {
        RootAllocator root = new RootAllocator(64L << 20);
        BlockArena arena = BlockArena.create(root, ArenaOptions.of("engine-0", 64L << 20));
        arena.open("the-culprit", 1 << 20).take(8192);

        assertThatThrownBy(() -> AllocatorExtension.closeOrFail(root))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("engine-0/the-culprit");
    }

    @Test
    void isContentWithAnEmptyRoot() {
        BufferAllocator root = new RootAllocator(1 << 20);
        root.buffer(512).close();

        assertThatCode(() -> AllocatorExtension.closeOrFail(root)).doesNotThrowAnyException();
    }
}
