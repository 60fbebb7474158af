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
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * A plan is being put up: its nodes make their engines; when all are ready the first one is told to lead, and when its decoder is there
 * the plan serves. A node that is lost meanwhile means a new plan at once. Orders that got lost are sent again when a beat shows it.
 */
final class Forming {
    private final PlannerDesk desk;
    private final Planning planning;
    private final NodeChanges changes;
    private final CurrentPlan plan;
    private final String why;

    Forming(PlannerDesk desk, Planning planning, String why) {
        this.desk = desk;
        this.planning = planning;
        this.changes = new NodeChanges(desk);
        this.plan = desk.plan;
        this.why = why;
    }

    Behavior<ShardPlanner.Command> state() {
        return Behaviors.receiveMessage(command -> switch (command) {
            case ShardReport.Join join ->
                switch (changes.joined(join)) {
                    case NOTHING, NEWCOMER -> desk.stay(); // it is in a later plan
                    case REPLACED -> planning.replan();
                };
            case ShardReport.Ready ready when desk.current(ready) -> onReady(ready);
            case ShardReport.Serving serving when desk.current(serving) -> onServing(serving);
            case ShardReport.LoadFailed failed when desk.current(failed) -> onLoadFailed(failed);
            case ShardReport.Lost lost when desk.current(lost) -> Recovering.from(lost, desk, planning);
            case Due(What what, long due, String node)
            when due == plan.epoch() && what != What.SILENT -> onDue(what, node);
            case MemberGone gone -> changes.gone(gone, planning::replan);
            case ShardGone gone -> changes.gone(gone, planning::replan);
            case ShardReport.Leaving leaving -> changes.leaves(leaving, planning::replan);
            case ShardReport.Beat beat -> changes.beat(beat, () -> onBeat(beat));
            case ShardReport.Ready _, ShardReport.LoadFailed _, ShardReport.Serving _, ShardReport.Lost _ ->
                desk.late();
            case MemberUnreachable silent -> changes.silentUnmissed(silent);
            case Subscribe _, GetStatus _, SubscriberGone _, MemberCame _, Due _ -> desk.common(command);
        });
    }

    private Behavior<ShardPlanner.Command> onReady(ShardReport.Ready ready) {
        desk.timers.loaded(ready.node());
        desk.roster.get(ready.node()).ifPresent(node -> node.becomesReady(ready));
        desk.publishForming(why);
        if (allReady()) {
            desk.timers.lead();
            tellLead();
        }
        return desk.stay();
    }

    private boolean allReady() {
        return plan.order().stream()
                .allMatch(id -> desk.roster.get(id).filter(node -> node.ready).isPresent());
    }

    private void tellLead() {
        desk.roster.leader(plan).ifPresent(leader -> leader.shard.tell(new ShardOrder.Lead(plan.epoch())));
    }

    private Behavior<ShardPlanner.Command> onServing(ShardReport.Serving serving) {
        desk.timers.leads();
        long now = desk.nanoTime.getAsLong();
        desk.failures.serves(now);
        Duration taken = Duration.ofNanos(desk.rebuilds.serves(now));
        desk.log().info("epoch {}: serving after {} ms", plan.epoch(), taken.toMillis());
        long weightBytes = 0;
        for (PlannedNode node : desk.roster.in(plan)) {
            node.state = NodeState.SERVING;
            node.warm = true;
            weightBytes += node.weightBytes;
            if (!plan.leads(node.id())) {
                node.shard.tell(new ShardOrder.Follow(plan.epoch()));
            }
        }
        String kernels = desk.roster.leader(plan).map(leader -> leader.kernels).orElse("");
        desk.publish(new PlanState.Serving(
                plan.epoch(), serving.decoder(), plan.nodes(), desk.options.settings(), kernels, weightBytes));
        return new Serving(desk, planning).state();
    }

    /** Sends again what a node has not heard, and tells gateways how far it is. */
    private Behavior<ShardPlanner.Command> onBeat(ShardReport.Beat beat) {
        if (!plan.contains(beat.node())) {
            return desk.stay();
        }
        if (changes.isAhead(beat)) {
            return planning.replan();
        }
        if (changes.stopped(beat)) {
            return Recovering.from(beat, desk, planning);
        }
        desk.roster.get(beat.node()).ifPresent(node -> {
            if (!node.ready) {
                if (beat.epoch() < plan.epoch() || beat.state() == NodeState.READY) {
                    planning.tellAssignment(node); // lost on the way, it or its answer
                }
                desk.publishForming(why);
            } else if (allReady() && plan.leads(node.id())) {
                tellLead();
            }
        });
        return desk.stay();
    }

    private Behavior<ShardPlanner.Command> onLoadFailed(ShardReport.LoadFailed failed) {
        desk.log().info("epoch {}: node {} has no engine: {}", plan.epoch(), failed.node(), failed.reason());
        return failed.lasting() ? without(failed.node(), failed.reason()) : Recovering.from(failed, desk, planning);
    }

    private Behavior<ShardPlanner.Command> onDue(What what, String node) {
        return switch (what) {
            case LOAD -> onLoadOverdue(node);
            case LEAD -> {
                desk.roster
                        .leader(plan)
                        .ifPresent(leader -> planning.excludeForNow(leader, "its decoder did not start"));
                yield planning.replan();
            }
            case DRAIN, START, SETTLE, MEMBERSHIP, SILENT, RETRY ->
                desk.stay(); // a leaving node is not in a forming plan
        };
    }

    /** A node has told of no progress for long. One that is loaded is not to blame: it waits for the slow ones. */
    private Behavior<ShardPlanner.Command> onLoadOverdue(String overdue) {
        List<PlannedNode> late =
                desk.roster.in(plan).stream().filter(node -> !node.ready).toList();
        boolean loaded = desk.roster.get(overdue).filter(PlannedNode::loaded).isPresent();
        if (loaded && late.stream().anyMatch(node -> !node.loaded())) {
            desk.timers.load(overdue);
            return desk.stay();
        }
        String reason = "its engine got no further for "
                + desk.options.deadlines().load().toSeconds() + " s";
        if (loaded && late.size() > 1) { // they wait for each other
            return Recovering.from(new ShardReport.LoadFailed(overdue, plan.epoch(), reason, false), desk, planning);
        }
        if (desk.roster.all().size() > 1) {
            desk.roster.retire(overdue, reason);
        } else {
            desk.roster.get(overdue).ifPresent(node -> planning.excludeForNow(node, reason));
        }
        return planning.replan();
    }

    private Behavior<ShardPlanner.Command> without(String node, String reason) {
        desk.roster.get(node).ifPresent(found -> planning.exclude(found, reason));
        return planning.replan();
    }
}
