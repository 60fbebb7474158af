/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.media.DataAddress;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.ShardPlan;
import java.util.List;
import java.util.Optional;

/**
 * One node's part in a plan.
 *
 * @param model lent: open until the runtime is closed, and best kept open for the next epoch
 * @param engine the same on all nodes but for the threads and the KV limit; its capacities are not used, the plan says who owns what
 * @param plan whose epoch is this runtime's
 * @param shard which shard of the plan this node is; 0 leads
 * @param nodes where each shard's node receives
 * @param shelf where this node puts its part of sessions' caches; they are kept if all nodes of the plan have one
 */
public record RuntimeOptions(
        LlamaModel model,
        EngineOptions engine,
        ShardPlan plan,
        int shard,
        List<DataAddress> nodes,
        RuntimeLimits limits,
        Optional<ShelfOptions> shelf) {
    public RuntimeOptions {
        nodes = List.copyOf(nodes);
        int shards = plan.shards().size();
        if (shard < 0 || shard >= shards || nodes.size() != shards) {
            throw new IllegalArgumentException("shard=" + shard + " of " + shards + " shards with " + nodes.size()
                    + " addresses: each shard has one");
        }
        if (plan.epoch() < 0 || plan.epoch() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("epoch=" + plan.epoch() + " does not fit a message's 31 bits");
        }
    }

    /** Without a shelf. */
    public RuntimeOptions(
            LlamaModel model,
            EngineOptions engine,
            ShardPlan plan,
            int shard,
            List<DataAddress> nodes,
            RuntimeLimits limits) {
        this(model, engine, plan, shard, nodes, limits, Optional.empty());
    }

    int epoch() {
        return (int) plan.epoch();
    }

    boolean leads() {
        return shard == 0;
    }

    boolean alone() {
        return nodes.size() == 1;
    }
}
