/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.KvOptions;
import io.headwater.tensors.memory.ArenaOptions;
import java.util.List;

/** The room of the shard with most heads: all have the same limit. */
final class FullestShard implements KvRoom {
    /** Blocks of other sizes lie in other slabs: of keys and values, of columns, of queries. */
    private static final int PARTLY_USED_SLABS = 2;

    private static final int LEAST_SHARE = 8;

    private final List<ShardEngine> engines;

    FullestShard(List<ShardEngine> engines) {
        this.engines = engines;
    }

    /** Whole slabs, without those that blocks of other sizes may leave partly used. */
    @Override
    public long limitBytes() {
        long limit = engines.stream().mapToLong(ShardEngine::kvLimitBytes).min().orElse(0);
        long slabs = limit / ArenaOptions.DEFAULT_SLAB_BYTES;
        return (slabs - Math.min(PARTLY_USED_SLABS, slabs / LEAST_SHARE)) * ArenaOptions.DEFAULT_SLAB_BYTES;
    }

    @Override
    public long bytes(KvOptions options, int entries, int longest) {
        return engines.stream()
                .mapToLong(engine -> engine.kvBytes(options, entries, longest))
                .max()
                .orElse(0);
    }
}
