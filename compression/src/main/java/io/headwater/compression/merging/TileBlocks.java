/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;

import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Vectors laid out as keys are, in f32, so that the attention kernels multiply with them: scratch outside the heap. */
final class TileBlocks implements KvBlocks {
    private final KvLayout layout;
    private final MemorySegment memory;

    TileBlocks(int headDim, int capacity) {
        layout = new KvLayout(headDim, KvType.F32);
        int blocks = (capacity + BLOCK_ENTRIES - 1) / BLOCK_ENTRIES;
        memory = Arena.ofAuto().allocate((long) blocks * layout.valuesOffset(), 64);
    }

    void put(int index, float[] vector, int at) {
        layout.storeKey(memory, block(index / BLOCK_ENTRIES), index % BLOCK_ENTRIES, vector, at);
    }

    @Override
    public KvLayout layout() {
        return layout;
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public long block(int index) {
        return (long) index * layout.valuesOffset(); // keys only
    }

    @Override
    public float @Nullable [] bias() {
        return null;
    }
}
