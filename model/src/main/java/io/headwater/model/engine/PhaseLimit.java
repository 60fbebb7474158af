/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.shard.Shard;
import io.headwater.model.shard.ShardPlan;
import io.headwater.model.shard.Units;

/**
 * Most rows of a step, so that one phase of it takes at most some 250 ms: between two phases a node shows that it goes on. An estimate
 * from the model and the plan alone, so that all nodes of a plan make the same.
 */
final class PhaseLimit {
    /** What one worker with vectors of 256 bits does in 250 ms. */
    private static final long MULTIPLY_ADDS = 4_000_000_000L;

    /** Entries that attention is reckoned with; a longer context is seldom full. */
    private static final int ENTRIES = 8192;

    /** So many sequences can always decode together. */
    private static final int LEAST_LOGITS_ROWS = 8;

    private PhaseLimit() {}

    /** Rows of a step, at most {@code asked} and at least 1. */
    static int rows(LlamaConfig config, Units units, ShardPlan plan, int contextLength, int asked) {
        long most = 1;
        for (Shard shard : plan.shards()) {
            ShardGeometry geometry = new ShardGeometry(config, units, shard);
            long mlp = 2L * config.dim() * geometry.ffnDim();
            long projections = (long) config.dim() * (geometry.queryDim() + 2 * geometry.kvDim());
            long attention = 2L * geometry.queryDim() * Math.min(contextLength, ENTRIES);
            most = Math.max(most, Math.max(mlp, Math.max(projections, attention)));
        }
        return rows(most, asked);
    }

    /** Rows of logits of a step of at most {@code rows} rows, at most {@code asked} where that is more than every step has. */
    static int logitsRows(LlamaConfig config, Units units, ShardPlan plan, int rows, int asked) {
        long most = 1;
        for (Shard shard : plan.shards()) {
            most = Math.max(most, (long) config.dim() * new ShardGeometry(config, units, shard).vocabularyRows());
        }
        return Math.min(rows, Math.max(LEAST_LOGITS_ROWS, rows(most, asked)));
    }

    /** Kernels take four rows at a time, so a multiple of four unless fewer are asked for or possible. */
    static int rows(long multiplyAddsPerRow, int asked) {
        long fit = MULTIPLY_ADDS / multiplyAddsPerRow;
        return (int) Math.min(asked, fit < 4 ? Math.max(1, fit) : fit / 4 * 4);
    }
}
