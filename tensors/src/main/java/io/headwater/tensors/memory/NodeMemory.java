/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** A node's native memory: the one root allocator, whose limit is the node's budget. Any thread may ask it; its children have owners. */
public final class NodeMemory implements AutoCloseable {
    private final RootAllocator root;

    /** @param limitBytes weights and KV blocks of all engines together; {@code Long.MAX_VALUE} for no limit */
    public NodeMemory(long limitBytes) {
        root = new RootAllocator(limitBytes);
    }

    /** For further children and for Arrow vectors; lent. */
    public BufferAllocator allocator() {
        return root;
    }

    /** The caller closes it before this. */
    public BlockArena openArena(ArenaOptions options) {
        return BlockArena.create(root, options);
    }

    /** The caller closes it before this. */
    public WeightMemory openWeights(String name, long limitBytes) {
        return WeightMemory.create(root, name, limitBytes);
    }

    public long allocatedBytes() {
        return root.getAllocatedMemory();
    }

    public long peakBytes() {
        return root.getPeakMemoryAllocation();
    }

    public long limitBytes() {
        return root.getLimit();
    }

    /** Fails with Arrow's listing if anything is still allocated. */
    @Override
    public void close() {
        root.close();
    }
}
