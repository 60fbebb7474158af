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

    /** The leader has told what runs in this epoch: before, a rebuild would seem to disturb nobody. */
    private boolean figuresKnown;

    Serving(PlannerDesk desk, Planning planning) {
        this.desk = desk;
        this.planning = planning;
        this.changes = new NodeChanges(desk);
        this.better = new BetterPlan(desk, planning);
    }

    Behavior<ShardPlanner.Command> state() {
        return Behaviors.receiveMessage(command -> switch (command) {
            case ShardReport.Join join ->
                switch (changes.joined(join)) {
                    case NOTHING -> desk.stay();
                    case NEWCOMER -> improve();
                    case REPLACED -> planning.replan();
                };
            case ShardReport.Lost lost when desk.current(lost) -> Recovering.from(lost, desk, planning);
            case MemberGone gone -> changes.gone(gone, planning::replan);
            case ShardGone gone -> changes.gone(gone, planning::replan);
            case ShardReport.Leaving leaving -> changes.leaves(leaving, this::improve);
            case ShardReport.Beat beat -> changes.beat(beat, () -> onBeat(beat));
            case Due(What what, long _, String node) when what == What.DRAIN -> onDrainOver(node);
            case ShardReport.Serving _, ShardReport.Ready _, ShardReport.LoadFailed _, ShardReport.Lost _ ->
                desk.late();
            case MemberUnreachable silent when desk.plan.nodes().size() == 1 -> changes.silentUnmissed(silent);
            case Subscribe _, GetStatus _, SubscriberGone _, MemberCame _, MemberUnreachable _, Due _ ->
                desk.common(command);
        });
    }

    private Behavior<ShardPlanner.Command> onBeat(ShardReport.Beat beat) {
        if (changes.isAhead(beat)) {
            return planning.replan();
        }
        boolean placed = desk.plan.contains(beat.node());
        if (placed
                && beat.state()
                        == NodeState.STANDBY) { // also of an older epoch: it was ready once, and is not any more
            return Recovering.from(beat, desk, planning);
        }
        if (desk.plan.leads(beat.node()) && beat.epoch() == desk.plan.epoch()) {
            figuresKnown |= beat.state() == NodeState.SERVING || beat.state() == NodeState.DRAINING;
        }
        return improve();
    }

    private Behavior<ShardPlanner.Command> onDrainOver(String id) {
        desk.roster
                .get(id)
                .filter(node -> node.leaving && desk.plan.contains(id))
                .ifPresent(node -> node.leaveOverdue = true);
        return improve();
    }

    private Behavior<ShardPlanner.Command> improve() {
        return figuresKnown && better.due() ? planning.replan() : desk.stay();
    }
}
