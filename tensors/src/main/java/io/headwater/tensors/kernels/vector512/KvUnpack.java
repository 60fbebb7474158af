/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;
import static io.headwater.tensors.kernels.KvLayout.TILE_ENTRIES;
import static io.headwater.tensors.kernels.vector512.Lanes.FLOATS;
import static jdk.incubator.vector.VectorOperators.LSHL;

import io.headwater.tensors.kernels.KvLayout;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;

/** A block of stored keys to {@code [headDim, 32]} f32, of values to {@code [32, paddedDim]} f32. */
final class KvUnpack {
    private static final int UPPER = 0xffff0000;

    private KvUnpack() {}

    static void keys(KvLayout layout, MemorySegment memory, long block, float[] out) {
        for (int tile = 0; tile < BLOCK_ENTRIES / TILE_ENTRIES; tile++) {
            long from = block + (long) tile * layout.keyTileBytes();
            for (int lane = 0; lane < TILE_ENTRIES; lane += FLOATS) {
                int at = tile * TILE_ENTRIES + lane;
                switch (layout.type()) {
                    case F32 -> floatKeysLoop(memory, from + 4L * lane, layout.headDim(), out, at);
                    case BF16 -> pairedKeysLoop(memory, from + 4L * lane, layout.headDim(), out, at);
                }
            }
        }
    }

    static void values(KvLayout layout, MemorySegment memory, long block, float[] out) {
        long from = block + layout.valuesOffset();
        int n = BLOCK_ENTRIES * layout.paddedDim();
        switch (layout.type()) {
            case F32 -> floatValuesLoop(memory, from, n, out);
            case BF16 -> pairedValuesLoop(memory, from, n, out);
        }
    }

    private static void floatKeysLoop(MemorySegment memory, long from, int headDim, float[] out, int at) {
        for (int d = 0; d < headDim; d++) {
            Lanes.floats(memory, from + 4L * TILE_ENTRIES * d).intoArray(out, at + d * BLOCK_ENTRIES);
        }
    }

    private static void pairedKeysLoop(MemorySegment memory, long from, int headDim, float[] out, int at) {
        for (int d = 0; d < headDim; d += 2) {
            IntVector pair = Lanes.integers(memory, from + 2L * TILE_ENTRIES * d);
            pair.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, at + d * BLOCK_ENTRIES);
            pair.and(UPPER).reinterpretAsFloats().intoArray(out, at + (d + 1) * BLOCK_ENTRIES);
        }
    }

    private static void floatValuesLoop(MemorySegment memory, long from, int n, float[] out) {
        for (int i = 0; i < n; i += FLOATS) {
            Lanes.floats(memory, from + 4L * i).intoArray(out, i);
        }
    }

    private static void pairedValuesLoop(MemorySegment memory, long from, int n, float[] out) {
        for (int i = 0; i < n; i += 2 * TILE_ENTRIES) {
            for (int lane = 0; lane < TILE_ENTRIES; lane += FLOATS) {
                IntVector pair = Lanes.integers(memory, from + 2L * i + 4L * lane);
                pair.lanewise(LSHL, 16).reinterpretAsFloats().intoArray(out, i + lane);
                pair.and(UPPER).reinterpretAsFloats().intoArray(out, i + TILE_ENTRIES + lane);
            }
        }
    }
}
