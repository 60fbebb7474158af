/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import java.util.List;
import java.util.OptionalLong;

/** Whether other nodes should be in the plan that serves, and whether the moment is good. */
final class BetterPlan {
    private final PlannerDesk desk;
    private final Planning planning;
    private final CurrentPlan plan;

    BetterPlan(PlannerDesk desk, Planning planning) {
        this.desk = desk;
        this.planning = planning;
        this.plan = desk.plan;
    }

    boolean due() {
        boolean overdue = desk.roster.all().stream().anyMatch(node -> node.leaveOverdue);
        boolean leaver = desk.roster.in(plan).stream().anyMatch(node -> !node.usable());
        List<String> newcomers = newcomers();
        return (leaver || !newcomers.isEmpty()) && (overdue || quick(newcomers));
    }

    /** Nodes on standby that a new plan would use. */
    private List<String> newcomers() {
        boolean room = plan.nodes().size() < desk.options.model().units().headUnits();
        boolean standby = desk.roster.all().size() > plan.nodes().size();
        return room
                        && standby
                        && planning.decide() instanceof PlanDecision.Decision.Plan next
                        && next.nodes().size() > plan.nodes().size()
                ? next.order().stream().filter(id -> !plan.contains(id)).toList()
                : List.of();
    }

    /** Nothing runs, or what runs would wait for less than {@code quickRebuild}. */
    private boolean quick(List<String> newcomers) {
        NodeFigures leader = desk.roster.leader(plan).map(node -> node.figures).orElse(NodeFigures.NONE);
        if (leader.running() == 0 && leader.waiting() == 0) {
            return true;
        }
        boolean withNewNode = newcomers.stream()
                .anyMatch(id -> desk.roster.get(id).filter(node -> !node.warm).isPresent());
        OptionalLong rebuildNanos = desk.rebuilds.estimate(withNewNode);
        if (rebuildNanos.isEmpty() || leader.prefillPerSecond() <= 0) {
            return false;
        }
        double seconds = rebuildNanos.getAsLong() / 1e9 + leader.runningTokens() / leader.prefillPerSecond();
        return seconds * 1e9 < desk.options.deadlines().quickRebuild().toNanos();
    }
}
