/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The cache of one (sequence, layer, KV head) as an attention kernel reads it. */
public interface KvBlocks {
    KvLayout layout();

    /** Memory in which {@link #block} is an offset. */
    MemorySegment memory();

    /** Offset of the block that holds entries [32 · index, 32 · index + 32). */
    long block(int index);

    /** Additive logit bias per entry, or null where all are 0. */
    float @Nullable [] bias();

    /** Tokens that entries stand for beside their own, or null where there are none. */
    default @Nullable EntryMembers members() {
        return null;
    }
}
