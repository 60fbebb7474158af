/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.tensors.kernels.KvBlocks;
import io.headwater.tensors.kernels.KvLayout;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A head's keys alone: what products with keys read where a logit's bias has no business. */
final class WithoutBias implements KvBlocks {
    private final KvBlocks kv;

    WithoutBias(KvBlocks kv) {
        this.kv = kv;
    }

    @Override
    public KvLayout layout() {
        return kv.layout();
    }

    @Override
    public MemorySegment memory() {
        return kv.memory();
    }

    @Override
    public long block(int index) {
        return kv.block(index);
    }

    @Override
    public float @Nullable [] bias() {
        return null;
    }
}
