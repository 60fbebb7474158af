/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.model.shard.ShardPlan;
import java.util.List;

/**
 * A plan, as one node of it hears it.
 *
 * @param nodes by shard: the first one leads
 * @param shard which of them the hearer is
 */
public record PlanAssignment(long epoch, List<PlanNode> nodes, int shard, EngineSettings settings) {
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

    public boolean leads() {
        return shard == 0;
    }
}
