/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.DecoderMessage;
import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.plan.NodeState;
import io.headwater.actors.plan.PlanAssignment;
import io.headwater.actors.plan.PlanNode;
import io.headwater.actors.plan.ShardOrder;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.actors.plan.ShardReport;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** What a head shard tells the planner, with the newest epoch that it has heard of. Owned by the head shard. */
final class PlannerLink {
    private final HeadShard.Setup setup;
    private final ActorRef<ShardPlanner.Command> planner;
    private final ActorRef<ShardOrder> orders;
    private final String node;
    private boolean joined;
    private long newest;

    PlannerLink(HeadShard.Setup setup, ActorRef<ShardOrder> orders) {
        this.setup = setup;
        this.planner = setup.planner();
        this.orders = orders;
        this.node = setup.profile().node();
    }

    long newest() {
        return newest;
    }

    boolean isNewer(long epoch) {
        return epoch > newest;
    }

    void heardOf(long epoch) {
        newest = Math.max(newest, epoch);
    }

    /** An order came: the answer to a join. */
    void answered() {
        joined = true;
    }

    void join() {
        joined = false;
        planner.tell(new ShardReport.Join(setup.profile(), newest, orders));
    }

    /** Each second; a join, as long as none was answered. */
    void beat(NodeState state, NodeFigures figures) {
        if (!joined && newest == 0) {
            join();
        } else {
            planner.tell(new ShardReport.Beat(node, newest, state, figures, orders));
        }
    }

    void ready(NodeEngine engine) {
        planner.tell(new ShardReport.Ready(node, engine.epoch(), engine.kernels(), engine.weightBytes()));
    }

    void serving(long epoch, ActorRef<DecoderMessage> decoder) {
        planner.tell(new ShardReport.Serving(node, epoch, decoder));
    }

    void loadFailed(HeadShard.LoadFailed failed) {
        planner.tell(new ShardReport.LoadFailed(node, failed.epoch(), failed.reason(), failed.lasting()));
    }

    void lost(PlanAssignment plan, EngineFault fault) {
        boolean own = fault.kind() == EngineFault.Kind.ENGINE_FAILED;
        List<String> suspects = own ? List.of(node) : suspects(plan, fault);
        boolean hung = fault.kind() == EngineFault.Kind.PEER_HUNG;
        planner.tell(new ShardReport.Lost(node, plan.epoch(), fault.sentence(), suspects, hung));
    }

    private static List<String> suspects(PlanAssignment plan, EngineFault fault) {
        return fault.suspects().stream()
                .filter(shard -> shard >= 0 && shard < plan.nodes().size())
                .map(plan.nodes()::get)
                .map(PlanNode::id)
                .toList();
    }

    void leaving() {
        planner.tell(new ShardReport.Leaving(node, newest));
    }
}
