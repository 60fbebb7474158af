/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import java.util.List;

/** The room of that shard of a process that has least of it: all have the same limit. */
final class FullestShard implements KvRoom {
    private final List<ShardEngine> engines;

    FullestShard(List<ShardEngine> engines) {
        this.engines = engines;
    }

    @Override
    public long limitBytes() {
        return engines.stream().mapToLong(ShardEngine::kvLimitBytes).min().orElse(Long.MAX_VALUE);
    }

    @Override
    public long usedBytes() {
        return engines.stream().mapToLong(ShardEngine::kvUsedBytes).max().orElse(0);
    }

    @Override
    public long leastBytes(int entries) {
        return engines.stream()
                .mapToLong(engine -> engine.leastKvBytes(entries))
                .max()
                .orElse(0);
    }
}
