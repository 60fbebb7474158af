/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.actors.plan.ShardPlanner.Due;
import io.headwater.actors.plan.ShardPlanner.GetStatus;
import io.headwater.actors.plan.ShardPlanner.MemberCame;
import io.headwater.actors.plan.ShardPlanner.MemberGone;
import io.headwater.actors.plan.ShardPlanner.MemberUnreachable;
import io.headwater.actors.plan.ShardPlanner.ShardGone;
import io.headwater.actors.plan.ShardPlanner.Subscribe;
import io.headwater.actors.plan.ShardPlanner.SubscriberGone;
import io.headwater.actors.plan.ShardPlanner.What;
import io.headwater.cluster.membership.HostPort;
import java.util.Set;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The planner has no plan: nodes are too few, or none fits. A node that joins is reason to try. */
final class Waiting {
    private final PlannerDesk desk;
    private final Planning planning;
    private final NodeChanges changes;

    Waiting(PlannerDesk desk, Planning planning) {
        this.desk = desk;
        this.planning = planning;
        this.changes = new NodeChanges(desk);
    }

    Behavior<ShardPlanner.Command> state() {
        return Behaviors.receiveMessage(command -> switch (command) {
            case ShardReport.Join join ->
                changes.joined(join) == NodeChanges.Joined.NOTHING ? desk.stay() : whenEnough();
            case Due(What what, long _, String _) when what == What.START -> onStartOver();
            case Due(What what, long _, String _) when what == What.SETTLE -> planIfAnybody();
            case Due(What what, long _, String _) when what == What.RETRY -> retry();
            case MemberGone gone -> changes.gone(gone, desk::stay);
            case ShardGone gone -> changes.gone(gone, desk::stay);
            case ShardReport.Leaving leaving -> changes.leaves(leaving, desk::stay);
            case ShardReport.Beat beat -> changes.beat(beat, desk::stay);
            case ShardReport.Ready _, ShardReport.LoadFailed _, ShardReport.Serving _, ShardReport.Lost _ ->
                desk.late();
            case Subscribe _, GetStatus _, SubscriberGone _, MemberCame _, MemberUnreachable _, Due _ ->
                desk.common(command);
        });
    }

    private Behavior<ShardPlanner.Command> whenEnough() {
        int expected = desk.options.expectedNodes();
        if (desk.plan.plannedBefore()) {
            // after the loss of the planner's node those that were expected do not all come, and more may: not fewer
            // than can be reached
            return allReachableHaveJoined() ? planning.replan() : settle();
        }
        if (expected > 0
                && desk.roster.all().stream().filter(PlannedNode::usable).count() >= expected) {
            return planning.replan();
        }
        return expected == 0 || desk.startIsOver ? settle() : desk.stay();
    }

    private boolean allReachableHaveJoined() {
        Set<HostPort> shards = desk.members.reachableShards();
        return !shards.isEmpty()
                && shards.stream().allMatch(member -> desk.roster.at(member).isPresent());
    }

    private Behavior<ShardPlanner.Command> settle() {
        desk.timers.settle();
        return desk.stay();
    }

    private Behavior<ShardPlanner.Command> onStartOver() {
        if (desk.plan.planned()) {
            return desk.stay();
        }
        desk.startIsOver = true;
        if (desk.roster.isEmpty()) {
            desk.publishNone(
                    "no shard node has joined within "
                            + desk.options.deadlines().start().toSeconds()
                            + " s: look at the nodes' logs, or start one with headwater node --join",
                    true);
        }
        return planIfAnybody();
    }

    /** Plans have failed although nodes are there: another try, with all of them. */
    private Behavior<ShardPlanner.Command> retry() {
        desk.roster.all().forEach(PlannedNode::readmit);
        return planIfAnybody();
    }

    private Behavior<ShardPlanner.Command> planIfAnybody() {
        return desk.roster.isEmpty() ? desk.stay() : planning.replan();
    }
}
