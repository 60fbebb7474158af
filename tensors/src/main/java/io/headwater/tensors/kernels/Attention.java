/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/**
 * Softmax attention of query rows over one KV head, in chunks of 256 entries (DESIGN 5.6).
 *
 * <p>Per row and chunk, over the entries that the row sees: z = fma chain over the dimension in ascending order from +0, then
 * + bias where there is one; m = max z; e = exp(z − m); s = Σ e in {@link LaneSums} order; o = fma chain of e · value over the
 * entries in ascending order from +0. Then M = max of all m; S = Σ s · exp(m − M) and O = Σ o · exp(m − M) as fma chains in
 * ascending chunk order from +0; output = O / S. Entries that a row does not see take part in no operation.
 */
public interface Attention {
    int CHUNK_ENTRIES = 256;

    /** Computes m, s and o of one chunk for all rows that see some of it. */
    void chunk(KvBlocks kv, int chunk, QueryRows rows, AttentionScratch scratch);

    /** Merges a row's chunks into (M, S) and {@code out[outOffset … + headDim)}. The row sees at least one entry. */
    void merge(QueryRows rows, int row, float[] out, int outOffset, int headDim);
}
