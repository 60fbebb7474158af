/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;
import static io.headwater.tensors.kernels.KvLayout.TILE_ENTRIES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

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
    private final float[] lanes;

    TileBlocks(int headDim, int capacity) {
        layout = new KvLayout(headDim, KvType.F32);
        lanes = new float[TILE_ENTRIES * headDim];
        int blocks = (capacity + BLOCK_ENTRIES - 1) / BLOCK_ENTRIES;
        memory = Arena.ofAuto().allocate((long) blocks * layout.valuesOffset(), 64);
    }

    /** Holds the first {@code count} of the vectors that lie one after another in {@code vectors}. */
    void fill(float[] vectors, int count) {
        int dim = layout.headDim();
        for (int first = 0; first < count; first += TILE_ENTRIES) {
            long tile = block(first / BLOCK_ENTRIES)
                    + (long) (first % BLOCK_ENTRIES / TILE_ENTRIES) * layout.keyTileBytes();
            int n = Math.min(TILE_ENTRIES, count - first);
            for (int lane = 0; lane < n; lane++) {
                int at = (first + lane) * dim;
                for (int d = 0; d < dim; d++) {
                    lanes[d * TILE_ENTRIES + lane] = vectors[at + d];
                }
            }
            MemorySegment.copy(lanes, 0, memory, JAVA_FLOAT_UNALIGNED, tile, lanes.length);
        }
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
