/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.actors.plan.PlanDecision.Decision;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.Behavior;

/** Makes plans of the nodes that are there, and tells them. The planner's states end in one of these steps. */
final class Planning {
    private final PlannerDesk desk;
    private final CurrentPlan plan;
    private final NodeRoster roster;
    private final PlanDecision decision;

    Planning(PlannerDesk desk) {
        this.desk = desk;
        this.plan = desk.plan;
        this.roster = desk.roster;
        this.decision = new PlanDecision(desk.options.model(), desk.options.settings());
    }

    /** A new plan. */
    Behavior<ShardPlanner.Command> replan() {
        long now = desk.nanoTime.getAsLong();
        roster.all().forEach(node -> node.readmit(now));
        String why = plan.planned() ? "the cluster's nodes have changed" : "the model is being loaded";
        return switch (decide()) {
            case Decision.Impossible(String reason)
            when roster.all().stream().anyMatch(PlannedNode::excludedForNow) -> noPlanForNow(reason);
            case Decision.Impossible(String reason) -> noPlan(reason);
            case Decision.Plan next -> assign(next, why);
        };
    }

    /**
     * What a new plan would be; changes nothing. A node that could not hold its share is in it again if its share is smaller now, one that was
     * excluded for a while once that is over.
     */
    Decision decide() {
        Decision decided = decide(List.of());
        List<PlannedNode> again = new ArrayList<>();
        for (PlannedNode node : roster.all()) {
            if (node.hasAnotherTry()) {
                again.add(node);
                if (decide(again) instanceof Decision.Plan with && with.has(node.id()) && fits(again, with)) {
                    decided = with;
                } else {
                    again.remove(node);
                }
            }
        }
        return decided;
    }

    private Decision decide(List<PlannedNode> again) {
        long now = desk.nanoTime.getAsLong();
        List<NodeProfile> candidates = roster.all().stream()
                .filter(node -> node.usable() || node.usableAgain(now) || again.contains(node))
                .map(node -> node.profile)
                .toList();
        return decision.decide(plan.nextEpoch(), candidates, plan.order());
    }

    private boolean fits(List<PlannedNode> again, Decision.Plan with) {
        return again.stream()
                .allMatch(node -> with.nodes().stream()
                        .filter(place -> place.id().equals(node.id()))
                        .allMatch(place -> node.mayTryAgain(shareBytes(place))));
    }

    private long shareBytes(PlanNode place) {
        return desk.options.model().weightBytes(place.units());
    }

    /** No plan is to use this node with the share that it has, or a larger one. */
    void exclude(PlannedNode node, String reason) {
        node.exclude(reason, plan.place(node.id()).map(this::shareBytes).orElse(Long.MAX_VALUE));
        desk.log().info("node {} is not used any more: {}", node.id(), reason);
    }

    /** No plan is to use this node for a while. */
    void excludeForNow(PlannedNode node, String reason) {
        node.excludeForNow(reason, desk.nanoTime.getAsLong());
        desk.log().info("node {} is not used for now: {}", node.id(), reason);
    }

    /** Plans fail although nodes are there: the next try comes by itself. */
    Behavior<ShardPlanner.Command> noPlanForNow(String reason) {
        Behavior<ShardPlanner.Command> waiting = noPlan(reason);
        desk.timers.retry(desk.failures.nextRetry());
        return waiting;
    }

    Behavior<ShardPlanner.Command> noPlan(String reason) {
        desk.failures.ended(desk.nanoTime.getAsLong(), roster.all());
        plan.becomesNone();
        String excluded = roster.all().stream()
                .filter(node -> !node.excluded().isEmpty())
                .map(node -> "; node " + node.id() + " is not used: " + node.excluded())
                .reduce("", String::concat);
        desk.log().info("epoch {}: no plan: {}{}", plan.epoch(), reason, excluded);
        desk.timers.clear();
        for (PlannedNode node : roster.all()) {
            node.standBy(plan.epoch(), node.usable() ? reason : node.reason);
        }
        desk.publishNone(reason + excluded, true);
        return new Waiting(desk, this).state();
    }

    private Behavior<ShardPlanner.Command> assign(Decision.Plan next, String why) {
        desk.failures.ended(desk.nanoTime.getAsLong(), roster.all());
        plan.becomes(next);
        desk.timers.clear();
        desk.log().info("epoch {}: plan for {}: {}", plan.epoch(), plan.order(), why);
        List<PlannedNode> chosen = roster.in(plan);
        desk.rebuilds.begins(desk.nanoTime.getAsLong(), chosen.stream().anyMatch(node -> !node.warm));
        for (PlannedNode node : roster.all()) {
            if (chosen.contains(node)) {
                node.placed();
                tellAssignment(node);
                desk.timers.load(node.id());
            } else {
                node.standBy(
                        plan.epoch(), node.usable() ? next.spare().getOrDefault(node.id(), node.reason) : node.reason);
            }
        }
        desk.publishForming(why);
        return new Forming(desk, this, why).state();
    }

    /** Also again, where the first one was lost. */
    void tellAssignment(PlannedNode node) {
        node.shard.tell(new ShardOrder.Assign(new PlanAssignment(
                plan.epoch(), plan.nodes(), plan.order().indexOf(node.id()), desk.options.settings())));
    }
}
