/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;

/** Nodes come, go and tell how they are: what is noted of it in every state. What follows from it is the state's to say. */
final class NodeChanges {
    private final PlannerDesk desk;
    private final CurrentPlan plan;
    private final NodeRoster roster;

    NodeChanges(PlannerDesk desk) {
        this.desk = desk;
        this.plan = desk.plan;
        this.roster = desk.roster;
    }

    /** What a join has changed. */
    enum Joined {
        /** Nothing: the node was known, or is turned away. */
        NOTHING,
        /** A node that may be in the next plan. */
        NEWCOMER,
        /** A node of the plan has started anew: its engine is gone. */
        REPLACED
    }

    /** Takes a node in. */
    Joined joined(ShardReport.Join join) {
        plan.heardOf(join.epoch());
        NodeProfile profile = join.profile();
        Optional<String> unfit = unfit(profile);
        if (unfit.isPresent()) {
            desk.log().info("node {} is turned away: {}", profile.node(), unfit.get());
            join.shard().tell(new ShardOrder.Retire(unfit.get()));
            return Joined.NOTHING;
        }
        Optional<PlannedNode> same = roster.get(profile.node());
        Optional<PlannedNode> known = same.filter(node -> node.shard.equals(join.shard()));
        PlannedNode node =
                known.orElseGet(() -> new PlannedNode(profile, join.shard(), desk.members.addressOf(join.shard())));
        if (known.isEmpty()) {
            same.ifPresent(
                    roster::remove); // its actor is another one: the process, or the node in it, was started again
            roster.add(node);
        }
        if (!plan.contains(node.id())) {
            node.shard.tell(new ShardOrder.Standby(plan.epoch(), node.reason));
        }
        if (known.isPresent()) {
            return Joined.NOTHING;
        }
        return same.isPresent() && plan.contains(node.id()) ? Joined.REPLACED : Joined.NEWCOMER;
    }

    private Optional<String> unfit(NodeProfile profile) {
        String model = desk.options.model().fingerprint();
        if (!profile.model().equals(model)) {
            return Optional.of("node " + profile.node() + " has another model file (" + profile.model()
                    + ") than the cluster (" + model + "): start it with the same -m");
        }
        if (!profile.version().equals(desk.options.version())) {
            return Optional.of("node " + profile.node() + " runs version " + profile.version() + ", the cluster "
                    + desk.options.version() + ": install the same");
        }
        return Optional.empty();
    }

    /** A member has been taken out; {@code next} if a node of the plan ran there. */
    Behavior<ShardPlanner.Command> gone(ShardPlanner.MemberGone gone, Supplier<Behavior<ShardPlanner.Command>> next) {
        return gone(roster.at(gone.member()), "it is no member any more", next);
    }

    /** A node's actor has ended. */
    Behavior<ShardPlanner.Command> gone(ShardPlanner.ShardGone gone, Supplier<Behavior<ShardPlanner.Command>> next) {
        return gone(roster.of(gone.shard()), "its actor has ended", next);
    }

    private Behavior<ShardPlanner.Command> gone(
            Optional<PlannedNode> gone, String how, Supplier<Behavior<ShardPlanner.Command>> next) {
        if (gone.isEmpty()) {
            return desk.stay();
        }
        PlannedNode node = gone.get();
        roster.remove(node);
        desk.failures.explainedBy(node);
        boolean inPlan = plan.contains(node.id());
        desk.log().info("node {} is lost: {}{}", node.id(), how, inPlan ? "" : " (it was in no plan)");
        if (roster.isEmpty() && plan.nodes().isEmpty()) {
            desk.publishNone("all nodes are gone: start one with headwater node", plan.planned() || desk.startIsOver);
        }
        return inPlan ? next.get() : desk.stay();
    }

    /** A member is unreachable that no peer misses yet: there is none, or none that has a data plane. */
    Behavior<ShardPlanner.Command> silentUnmissed(ShardPlanner.MemberUnreachable silent) {
        roster.at(silent.member())
                .filter(node -> plan.contains(node.id()))
                .ifPresent(node -> desk.timers.silent(node.id()));
        return desk.common(silent);
    }

    /** A node wants to go: at once if it is in no plan, else it is drained, and {@code next} comes. */
    Behavior<ShardPlanner.Command> leaves(ShardReport.Leaving leaving, Supplier<Behavior<ShardPlanner.Command>> next) {
        Optional<PlannedNode> leaver = roster.get(leaving.node());
        if (leaver.isEmpty()) {
            return desk.late();
        }
        PlannedNode node = leaver.get();
        boolean first = !node.leaving;
        node.leaving = true;
        node.reason = "it leaves";
        if (!plan.contains(node.id())) {
            node.shard.tell(new ShardOrder.Release(plan.epoch(), node.reason));
            return desk.stay();
        }
        if (!first) {
            return desk.stay();
        }
        desk.log().info("node {} leaves: it is drained", node.id());
        desk.timers.drain(node.id());
        return next.get();
    }

    /** A node tells how it is; one that is not known joins again. */
    Behavior<ShardPlanner.Command> beat(ShardReport.Beat beat, Supplier<Behavior<ShardPlanner.Command>> next) {
        plan.heardOf(beat.epoch());
        Optional<PlannedNode> known = roster.get(beat.node()).filter(node -> node.shard.equals(beat.shard()));
        if (known.isEmpty()) {
            beat.shard().tell(new ShardOrder.JoinAgain());
            return desk.stay();
        }
        note(known.get(), beat);
        return next.get();
    }

    private void note(PlannedNode node, ShardReport.Beat beat) {
        if (!plan.contains(node.id())) {
            node.figures = beat.figures();
            if (beat.state() != NodeState.STANDBY && beat.state() != NodeState.DRAINING) {
                node.shard.tell(new ShardOrder.Release(plan.epoch(), node.reason)); // lost on the way
            }
        } else if (beat.epoch() == plan.epoch()) {
            if (beat.figures().loadedBytes() > node.figures.loadedBytes()) {
                desk.timers.loadsOn(node.id());
            }
            node.figures = beat.figures();
        }
    }

    /** Whether a node of the plan has no engine any more: what it told of that did not arrive. */
    boolean stopped(ShardReport.Beat beat) {
        return beat.epoch() == plan.epoch() && beat.state() == NodeState.STANDBY && plan.contains(beat.node());
    }

    /** Whether a node of the plan listens to another planner's, newer one: it takes no order of this epoch. */
    boolean isAhead(ShardReport.Beat beat) {
        return beat.epoch() > plan.epoch() && plan.contains(beat.node());
    }
}
