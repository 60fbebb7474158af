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
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The plan answers. Newcomers are taken in and leavers let go in a good moment, which {@link BetterPlan} finds. */
final class Serving {
    private final PlannerDesk desk;
    private final Planning planning;
    private final NodeChanges changes;
    private final BetterPlan better;

    Serving(PlannerDesk desk, Planning planning) {
        this.desk = desk;
        this.planning = planning;
        this.changes = new NodeChanges(desk);
        this.better = new BetterPlan(desk, planning);
    }

    /** The state, unless it is time for a better plan already. */
    Behavior<ShardPlanner.Command> entered() {
        return better.due() ? planning.replan() : state();
    }

    private Behavior<ShardPlanner.Command> state() {
        return Behaviors.receiveMessage(command -> switch (command) {
            case ShardReport.Join join -> changes.joined(join) ? improve() : desk.stay();
            case ShardReport.Lost lost when desk.current(lost) -> Recovering.from(lost, desk, planning);
            case MemberGone gone -> changes.gone(gone, planning::replan);
            case ShardGone gone -> changes.gone(gone, planning::replan);
            case ShardReport.Leaving leaving -> changes.leaves(leaving, this::improve);
            case ShardReport.Beat beat -> changes.beat(beat, () -> onBeat(beat));
            case Due(What what, long _, String node) when what == What.DRAIN -> onDrainOver(node);
            case ShardReport.Serving _, ShardReport.Ready _, ShardReport.LoadFailed _, ShardReport.Lost _ ->
                desk.late();
            case Subscribe _, GetStatus _, SubscriberGone _, MemberCame _, MemberUnreachable _, Due _ ->
                desk.common(command);
        });
    }

    private Behavior<ShardPlanner.Command> onBeat(ShardReport.Beat beat) {
        return changes.stopped(beat) ? Recovering.from(beat, desk, planning) : improve();
    }

    private Behavior<ShardPlanner.Command> onDrainOver(String id) {
        desk.roster
                .get(id)
                .filter(node -> node.leaving && desk.plan.contains(id))
                .ifPresent(node -> node.leaveOverdue = true);
        return improve();
    }

    private Behavior<ShardPlanner.Command> improve() {
        return better.due() ? planning.replan() : desk.stay();
    }
}
