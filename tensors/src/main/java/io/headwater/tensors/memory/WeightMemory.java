/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.memory.OutOfMemoryException;

/**
 * Memory for one engine's packed weights: taken piece by piece while loading, by any thread, and all closed at once with the
 * model. Pieces come from regions that begin at 2 MiB and may use huge pages; the account is charged by region.
 */
public final class WeightMemory implements AutoCloseable {
    /** Pieces of up to this size share a region; a larger one has its own. */
    public static final long REGION_BYTES = 32L << 20;

    private static final long ALIGNMENT = 64;

    private final BufferAllocator allocator;
    private final PageSource pages = PageSource.ofSystem();
    private final List<ArrowBuf> regions = new ArrayList<>();
    private MemorySegment region = MemorySegment.NULL;
    private long used;

    private WeightMemory(BufferAllocator allocator) {
        this.allocator = allocator;
    }

    /** An account of this name and limit, without memory yet. */
    public static WeightMemory create(BufferAllocator parent, String name, long limitBytes) {
        return new WeightMemory(parent.newChildAllocator(name, 0, limitBytes));
    }

    /**
     * Zeroed memory, aligned to 64 bytes (a piece larger than {@link #REGION_BYTES}: to 2 MiB), in the global scope: not to be
     * touched after {@link #close}.
     *
     * @throws MemoryLimitException if a limit or the system refuses
     */
    public synchronized MemorySegment allocate(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException(allocator.getName() + ": bytes=" + bytes + " is negative");
        }
        if (bytes > REGION_BYTES) {
            return map(bytes);
        }
        if (used + bytes > region.byteSize()) {
            region = map(REGION_BYTES);
            used = 0;
        }
        MemorySegment piece = region.asSlice(used, bytes);
        used = (used + bytes + ALIGNMENT - 1) & -ALIGNMENT;
        return piece;
    }

    /** Bytes of all regions; untouched pages of them may not be resident. */
    public long chargedBytes() {
        return allocator.getAllocatedMemory();
    }

    @Override
    public synchronized void close() {
        region = MemorySegment.NULL;
        used = 0;
        regions.forEach(ArrowBuf::close);
        regions.clear();
        allocator.close();
    }

    private MemorySegment map(long bytes) {
        MemorySegment memory = pages.map(bytes)
                .orElseThrow(() -> new MemoryLimitException(allocator.getName() + ": the system has no " + bytes
                        + " bytes left for weights: use a smaller model or more nodes"));
        try {
            regions.add(allocator.wrapForeignAllocation(new ForeignAllocation(bytes, memory.address()) {
                @Override
                protected void release0() {
                    pages.unmap(memory);
                }
            }));
            return memory;
        } catch (OutOfMemoryException e) {
            pages.unmap(memory);
            throw new MemoryLimitException(allocator.getName() + ": " + bytes + " bytes of weights on top of "
                    + allocator.getAllocatedMemory() + " exceed limit=" + allocator.getLimit()
                    + " or the node's: raise it, use a smaller model or more nodes");
        }
    }
}
