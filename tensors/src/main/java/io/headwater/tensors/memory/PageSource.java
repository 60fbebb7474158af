/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** Large native memory from the system. Segments have the global scope: nothing checks that they are still mapped. */
interface PageSource {
    long HUGE_PAGE_BYTES = 2L << 20;

    /** Zeroed memory at a multiple of {@link #HUGE_PAGE_BYTES}; empty when the system has none left. */
    Optional<MemorySegment> map(long bytes);

    /** Takes back exactly what {@link #map} gave. */
    void unmap(MemorySegment memory);

    /** The pages wholly inside this range may go; the next read finds zeros or the old bytes. True if the system took them. */
    boolean giveBack(long address, long bytes);

    static PageSource ofSystem() {
        return System.getProperty("os.name", "").equals("Linux") ? new LinuxPages() : new PortablePages();
    }
}
