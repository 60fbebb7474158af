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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The plan has ended because a node said so; who is gone is for membership to say. What happens when a node dies: its peers miss its signs
 * of life within a second and report it as a suspect; the failure detector finds it unreachable; it is taken out (by this planner where
 * both agree and it may, else by the split-brain resolver); {@link MemberGone} comes, and the next plan is made without it. When nobody is
 * taken out by the deadline the next plan is made with the same nodes, but not for ever: see {@link FailureRecord}.
 *
 * <p>A suspect that hangs is alive for membership: it is told to end, and not waited for.
 */
final class Recovering {
    private final PlannerDesk desk;
    private final Planning planning;
    private final NodeChanges changes;
    private final CurrentPlan plan;
    private final String reason;
    private final List<String> suspects = new ArrayList<>();

    /** A node of the plan has started anew. */
    private boolean restarted;

    private Recovering(PlannerDesk desk, Planning planning, String reason) {
        this.desk = desk;
        this.planning = planning;
        this.changes = new NodeChanges(desk);
        this.plan = desk.plan;
        this.reason = reason;
    }

    /** A node's engine, or its data plane, has ended the epoch. */
    static Behavior<ShardPlanner.Command> from(ShardReport.Lost lost, PlannerDesk desk, Planning planning) {
        desk.log().info("epoch {} has ended: node {}: {}", desk.plan.epoch(), lost.node(), lost.reason());
        desk.failures.ended(desk.nanoTime.getAsLong(), desk.roster.all());
        Recovering recovering = new Recovering(desk, planning, lost.reason()).begun();
        desk.publishForming(lost.reason());
        recovering.suspect(lost);
        if (recovering.countedByItself(lost)) {
            return planning.replan();
        }
        return recovering.replanIfAllGone().orElseGet(recovering::state);
    }

    /** A node of the plan has no engine any more: what it told of that did not arrive. */
    static Behavior<ShardPlanner.Command> from(ShardReport.Beat beat, PlannerDesk desk, Planning planning) {
        String reason = "node " + beat.node() + " has no engine any more";
        return from(new ShardReport.Lost(beat.node(), beat.epoch(), reason, List.of(), false), desk, planning);
    }

    /** An engine could not be made now; the next try may do. */
    static Behavior<ShardPlanner.Command> from(ShardReport.LoadFailed failed, PlannerDesk desk, Planning planning) {
        desk.failures.ended(desk.nanoTime.getAsLong(), desk.roster.all());
        Recovering recovering = new Recovering(desk, planning, failed.reason()).begun();
        return recovering.countedByItself(failed.node()) ? planning.replan() : recovering.state();
    }

    /** A node that names itself: its own engine has failed. */
    private boolean countedByItself(ShardReport.Lost lost) {
        return lost.suspects().contains(lost.node()) && countedByItself(lost.node());
    }

    /** Whether a node is left out of the next plans now, because its own failures are too many. */
    private boolean countedByItself(String id) {
        Optional<PlannedNode> failing = desk.roster.get(id).filter(desk.failures::failedByItselfTooOften);
        failing.ifPresent(node -> planning.excludeForNow(node, "its engines fail: " + reason));
        return failing.isPresent();
    }

    private Recovering begun() {
        desk.timers.clear();
        desk.timers.membership(false);
        return this;
    }

    private Behavior<ShardPlanner.Command> state() {
        return Behaviors.receiveMessage(command -> switch (command) {
            case ShardReport.Join join ->
                switch (changes.joined(join)) {
                    case NOTHING, NEWCOMER -> desk.stay();
                    case REPLACED -> {
                        restarted = true;
                        suspects.remove(join.node());
                        yield whenAllGone();
                    }
                };
            case ShardReport.Lost lost
            when desk.current(lost) -> {
                suspect(lost);
                yield countedByItself(lost) ? planning.replan() : whenAllGone();
            }
            case MemberGone gone -> changes.gone(gone, this::whenAllGone);
            case ShardGone gone -> changes.gone(gone, this::whenAllGone);
            case MemberUnreachable silent -> {
                changes.silentUnmissed(silent);
                takeOutSilentSuspects();
                yield desk.stay();
            }
            case ShardReport.Leaving leaving -> changes.leaves(leaving, this::whenAllGone);
            case ShardReport.Beat beat -> changes.beat(beat, desk::stay);
            case Due(What what, long due, String _)
            when what == What.MEMBERSHIP && due == plan.epoch() -> onMembershipSilent();
            case ShardReport.Serving _, ShardReport.Ready _, ShardReport.LoadFailed _, ShardReport.Lost _ ->
                desk.late();
            case Subscribe _, GetStatus _, SubscriberGone _, MemberCame _, Due _ -> desk.common(command);
        });
    }

    /** Notes whom a node names; one that names nobody (a peer said goodbye), or itself (its own engine failed), adds nothing. */
    private void suspect(ShardReport.Lost lost) {
        List<String> others =
                lost.suspects().stream().filter(id -> !id.equals(lost.node())).toList();
        if (suspects.isEmpty() && !others.isEmpty()) {
            desk.timers.membership(true);
        }
        for (String suspect : others) {
            if (lost.hung()) {
                desk.roster.retire(suspect, lost.reason());
            }
            if (!suspects.contains(suspect)) {
                suspects.add(suspect);
            }
        }
        takeOutSilentSuspects();
    }

    /** The failure detector and the peers agree: the split-brain resolver need not be waited for. */
    private void takeOutSilentSuspects() {
        suspectedNodes().forEach(desk::takeOutIfSilent);
    }

    private Behavior<ShardPlanner.Command> whenAllGone() {
        return replanIfAllGone().orElseGet(desk::stay);
    }

    private Optional<Behavior<ShardPlanner.Command>> replanIfAllGone() {
        boolean somebodyHasGone = restarted || plan.order().stream().anyMatch(id -> !desk.roster.contains(id));
        return somebodyHasGone && suspectedNodes().isEmpty() ? Optional.of(planning.replan()) : Optional.empty();
    }

    /** Suspects that are still there. */
    private List<PlannedNode> suspectedNodes() {
        return suspects.stream().map(desk.roster::get).flatMap(Optional::stream).toList();
    }

    /** Nobody has gone: the peers' word stands against the failure detector's. Who is suspected again is turned away. */
    private Behavior<ShardPlanner.Command> onMembershipSilent() {
        List<PlannedNode> silent =
                suspectedNodes().stream().filter(node -> node.unreachable).toList();
        if (!silent.isEmpty()) { // neither peers nor members hear them: they join again when they are back
            silent.forEach(
                    node -> desk.roster.retire(node.id(), "neither its peers nor the members hear it: " + reason));
            return planning.replan();
        }
        desk.failures
                .strike(suspectedNodes())
                .ifPresent(node -> desk.roster.retire(
                        node.id(), "it is a member, but its peers in the plan did not hear it: " + reason));
        if (desk.failures.failedOnceTooOften()) {
            return planning.noPlanForNow(
                    FailureRecord.MOST_FAILURES + " plans in a row have failed, the last one because: " + reason);
        }
        return planning.replan();
    }
}
