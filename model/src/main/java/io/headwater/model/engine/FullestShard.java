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

    /** Asked for in every step: no garbage. */
    @Override
    public long usedBytes() {
        long most = 0;
        for (int i = 0; i < engines.size(); i++) {
            most = Math.max(most, engines.get(i).kvUsedBytes());
        }
        return most;
    }

    @Override
    public long leastBytes(int entries) {
        return engines.stream()
                .mapToLong(engine -> engine.leastKvBytes(entries))
                .max()
                .orElse(0);
    }
}
