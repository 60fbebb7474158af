/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import java.util.List;
import java.util.Optional;

/** The newest plan, its epoch, and the highest epoch that anybody has heard of. Owned by the planner. */
final class CurrentPlan {
    private long epoch;
    private long highest;
    private boolean planned;
    private List<PlanNode> nodes = List.of();

    /** Outlives its plan: the next one keeps it. */
    private List<String> order = List.of();

    long epoch() {
        return epoch;
    }

    /** A node has heard of this epoch, from this planner or from the one before it. */
    void heardOf(long other) {
        highest = Math.max(highest, other);
    }

    /** Of the plan that would be made now. */
    long nextEpoch() {
        return highest + 1;
    }

    void becomes(PlanDecision.Decision.Plan next) {
        newEpoch();
        nodes = next.nodes();
        order = next.order();
    }

    void becomesNone() {
        newEpoch();
        nodes = List.of();
    }

    private void newEpoch() {
        epoch = ++highest;
        planned = true;
    }

    /** Whether this planner has made any plan. */
    boolean planned() {
        return planned;
    }

    /** Whether there was any plan, by this planner or by one before it: then nobody knows how many nodes will join. */
    boolean plannedBefore() {
        return planned || highest > 0;
    }

    List<PlanNode> nodes() {
        return nodes;
    }

    List<String> order() {
        return order;
    }

    Optional<PlanNode> place(String id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
    }

    boolean contains(String id) {
        return place(id).isPresent();
    }

    boolean leads(String id) {
        return !nodes.isEmpty() && nodes.getFirst().id().equals(id);
    }
}
