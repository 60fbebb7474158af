/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Plain native memory where there is no Linux: all of it resident from the start, never given back before it is unmapped. */
final class PortablePages implements PageSource {
    private final Map<Long, Arena> arenas = new ConcurrentHashMap<>();

    @Override
    @SuppressWarnings("restricted")
    public Optional<MemorySegment> map(long bytes) {
        Arena arena = Arena.ofShared();
        try {
            MemorySegment memory = arena.allocate(bytes, HUGE_PAGE_BYTES);
            arenas.put(memory.address(), arena);
            return Optional.of(MemorySegment.ofAddress(memory.address()).reinterpret(bytes));
        } catch (OutOfMemoryError e) {
            arena.close();
            return Optional.empty();
        }
    }

    @Override
    public void unmap(MemorySegment memory) {
        Arena arena = arenas.remove(memory.address());
        if (arena == null) {
            throw new IllegalStateException(
                    "unmap of " + memory + ", which was never mapped or is unmapped already: a bug");
        }
        arena.close();
    }

    @Override
    public boolean giveBack(long address, long bytes) {
        return false;
    }
}
