/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.model.shard.ShardPlan;
import java.util.List;

/**
 * A plan, as one node of it hears it.
 *
 * @param nodes by shard: the first one leads
 * @param shard which of them the hearer is
 * @param model fingerprint of the model file
 */
public record PlanAssignment(long epoch, List<PlanNode> nodes, int shard, EngineSettings settings, String model) {
    public PlanAssignment {
        nodes = List.copyOf(nodes);
        if (shard < 0 || shard >= nodes.size()) {
            throw new IllegalArgumentException("shard " + shard + " of " + nodes.size() + " nodes");
        }
    }

    /** Who owns what. */
    public ShardPlan plan() {
        return new ShardPlan(epoch, nodes.stream().map(PlanNode::units).toList());
    }

    /** The hearer. */
    public PlanNode self() {
        return nodes.get(shard);
    }

    public boolean leads() {
        return shard == 0;
    }
}
