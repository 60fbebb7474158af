/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.HostPort;
import org.apache.pekko.actor.typed.ActorRef;

/** What the planner knows of a node. Owned by the planner. */
final class PlannedNode {
    final NodeProfile profile;
    final ActorRef<ShardOrder> shard;
    final HostPort address;
    NodeFigures figures = NodeFigures.NONE;
    NodeState state = NodeState.STANDBY;

    /** Why it is not in the plan; empty if it is. */
    String reason = "it has just joined";

    boolean leaving;
    boolean leaveOverdue;
    boolean unreachable;

    /** Why no plan may use it; empty if plans may. */
    String excluded = "";

    /** In the plan that is being put up: its engine is ready. */
    boolean ready;

    String kernels = "";
    long weightBytes;

    /** How often its peers have not heard it although it is a member. */
    int strikes;

    PlannedNode(NodeProfile profile, ActorRef<ShardOrder> shard, HostPort address) {
        this.profile = profile;
        this.shard = shard;
        this.address = address;
    }

    String id() {
        return profile.node();
    }

    boolean usable() {
        return !leaving && excluded.isEmpty();
    }

    PlanState.Loading loading() {
        return new PlanState.Loading(id(), profile.host(), figures.loadedBytes(), figures.totalBytes(), ready);
    }
}
