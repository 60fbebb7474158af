/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;
import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;

import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.QueryRows;
import org.jspecify.annotations.Nullable;

/**
 * z of all rows for a chunk, bias included. Many rows (prefill): a block of keys is unpacked to f32 once, then used by all. One
 * token's rows (decode) go through {@link OneTokenAttention}, which does the same operations in the same order without the detour.
 */
final class ChunkLogits {
    private ChunkLogits() {}

    static void compute(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch) {
        if (rows.rows() == 0) {
            return;
        }
        int firstBlock = chunk * CHUNK_ENTRIES / BLOCK_ENTRIES;
        int blocks = (rows.visibleIn(rows.rows() - 1, chunk) + BLOCK_ENTRIES - 1) / BLOCK_ENTRIES;
        if (OneTokenAttention.fits(kv, rows)) {
            OneTokenAttention.scores(kv, firstBlock, blocks, rows, scratch);
        } else {
            for (int block = 0; block < blocks; block++) {
                KvUnpack.keys(kv.layout(), kv.memory(), kv.block(firstBlock + block), scratch.keys());
                AttentionScores.block(kv.layout(), rows, scratch, block);
            }
        }
        addBias(kv.bias(), chunk, rows, scratch.scores());
    }

    private static void addBias(float @Nullable [] bias, int chunk, QueryRows rows, float[] z) {
        if (bias == null) {
            return;
        }
        for (int row = 0; row < rows.rows(); row++) {
            int n = rows.visibleIn(row, chunk);
            for (int i = 0; i < n; i++) {
                z[row * CHUNK_ENTRIES + i] += bias[chunk * CHUNK_ENTRIES + i];
            }
        }
    }
}
