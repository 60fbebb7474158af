/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class PageSourceTest {
    @Test
    void mapsZeroedWritableMemoryAtHugePages() {
        for (PageSource pages : new PageSource[] {PageSource.ofSystem(), new PortablePages()}) {
            for (long bytes : new long[] {4096, 100_000, 2 << 20, (4 << 20) + 1}) {
                MemorySegment memory = pages.map(bytes).orElseThrow();

                assertThat(memory.byteSize()).isEqualTo(bytes);
                assertThat(memory.address() % PageSource.HUGE_PAGE_BYTES).isZero();
                assertThat(memory.get(ValueLayout.JAVA_BYTE, bytes - 1)).isZero();
                memory.fill((byte) 7);
                assertThat(memory.get(ValueLayout.JAVA_BYTE, bytes - 1)).isEqualTo((byte) 7);

                pages.unmap(memory);
            }
        }
    }

    @Test
    void hasNoMemoryForMoreThanThereAreAddresses() {
        assertThat(PageSource.ofSystem().map(1L << 60)).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void pagesGivenBackReadAsZeroAndTheirNeighboursStay() {
        PageSource pages = new LinuxPages();
        MemorySegment memory = pages.map(1 << 20).orElseThrow();
        memory.fill((byte) 7);

        boolean taken = pages.giveBack(memory.address() + (256 << 10), 512 << 10);

        assertThat(taken).isTrue();
        assertThat(memory.get(ValueLayout.JAVA_BYTE, (256 << 10) - 1)).isEqualTo((byte) 7);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 256 << 10)).isZero();
        assertThat(memory.get(ValueLayout.JAVA_BYTE, (768 << 10) - 1)).isZero();
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 768 << 10)).isEqualTo((byte) 7);
        pages.unmap(memory);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void lessThanAPageIsNotGivenBack() {
        PageSource pages = new LinuxPages();
        MemorySegment memory = pages.map(1 << 20).orElseThrow();
        memory.fill((byte) 7);

        assertThat(pages.giveBack(memory.address() + 1, 4095)).isFalse();
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 1)).isEqualTo((byte) 7);
        pages.unmap(memory);
    }

    @Test
    void portablePagesAreUnmappedOnlyOnce() {
        PageSource pages = new PortablePages();
        MemorySegment memory = pages.map(4096).orElseThrow();
        pages.unmap(memory);

        assertThatThrownBy(() -> pages.unmap(memory)).isInstanceOf(IllegalStateException.class);
        assertThat(pages.giveBack(memory.address(), 4096)).isFalse();
    }
}
