/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A KV head whose blocks lie in reverse order, with gaps, in memory that is NaN wherever nothing was stored. */
final class TestKv implements KvBlocks {
    private static final int GAP = 192;

    private final KvLayout layout;
    private final int blocks;
    private final MemorySegment memory;
    private final float @Nullable [] bias;
    private @Nullable EntryMembers members;

    private TestKv(KvLayout layout, int blocks, float @Nullable [] bias) {
        this.layout = layout;
        this.blocks = blocks;
        this.bias = bias;
        this.memory = Arena.ofAuto().allocate((long) blocks * (layout.blockBytes() + GAP), 64);
        memory.fill((byte) -1);
    }

    /** {@code keys} and {@code values} are {@code [entries, headDim]}. */
    static TestKv of(KvLayout layout, float[] keys, float[] values, float @Nullable [] bias) {
        int entries = keys.length / layout.headDim();
        TestKv kv = new TestKv(layout, (entries + KvLayout.BLOCK_ENTRIES - 1) / KvLayout.BLOCK_ENTRIES, bias);
        for (int entry = 0; entry < entries; entry++) {
            long block = kv.block(entry / KvLayout.BLOCK_ENTRIES);
            int in = entry % KvLayout.BLOCK_ENTRIES;
            layout.storeKey(kv.memory, block, in, keys, entry * layout.headDim());
            layout.storeValue(kv.memory, block, in, values, entry * layout.headDim());
        }
        return kv;
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
        return (long) (blocks - 1 - index) * (layout.blockBytes() + GAP);
    }

    @Override
    public float @Nullable [] bias() {
        return bias;
    }

    /** Entries that stand for further tokens. */
    void members(EntryMembers more) {
        members = more;
    }

    @Override
    public @Nullable EntryMembers members() {
        return members;
    }
}
