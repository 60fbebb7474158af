/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.model.shard.Shard;
import io.headwater.model.shard.UnitRange;
import io.headwater.model.shard.Units;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Puts the cluster's status together. */
final class StatusNodes {
    private static final UnitRange NONE = new UnitRange(0, 0);

    private StatusNodes() {}

    static ClusterStatus.Node of(PlannedNode node, Optional<PlanNode> place, boolean leads, ModelFacts model) {
        Shard owned = place.map(PlanNode::units).orElse(new Shard(NONE, NONE, NONE));
        Units units = model.units();
        int groups = units.headGroupsPerUnit();
        UnitRange vocabulary = owned.vocabularyUnits();
        return new ClusterStatus.Node(
                node.id(),
                node.profile.host(),
                node.profile.pid(),
                node.profile.roles(),
                node.leaving ? NodeState.DRAINING : node.state,
                node.reason,
                leads,
                new UnitRange(
                        owned.headUnits().from() * groups, owned.headUnits().to() * groups),
                owned.ffnUnits(),
                vocabulary,
                units.vocabularyRow(vocabulary.to()) - units.vocabularyRow(vocabulary.from()),
                node.profile.capacity(),
                node.profile.threads(),
                node.figures);
    }

    static ClusterStatus status(
            PlanState state,
            List<ClusterStatus.Node> nodes,
            List<String> members,
            Optional<NodeFigures> leader,
            long lateMessages) {
        NodeFigures figures = leader.orElse(NodeFigures.NONE);
        return new ClusterStatus(
                state.epoch(),
                name(state),
                reason(state),
                nodes,
                members,
                new ClusterStatus.Sessions(
                        figures.running(),
                        figures.waiting(),
                        figures.runningTokens(),
                        figures.shrunk(),
                        figures.leastBudget()),
                new ClusterStatus.Exchange(figures.exchangeP50Micros(), figures.exchangeP99Micros()),
                figures.tokensPerSecond(),
                dropped(nodes, lateMessages));
    }

    private static String name(PlanState state) {
        return switch (state) {
            case PlanState.NoPlan _ -> "none";
            case PlanState.Forming _ -> "forming";
            case PlanState.Serving _ -> "serving";
        };
    }

    private static String reason(PlanState state) {
        return switch (state) {
            case PlanState.NoPlan none -> none.reason();
            case PlanState.Forming forming -> forming.why();
            case PlanState.Serving _ -> "";
        };
    }

    private static Map<String, Long> dropped(Collection<ClusterStatus.Node> nodes, long lateMessages) {
        Map<String, Long> sums = new TreeMap<>();
        sums.put("late_reports", lateMessages);
        for (ClusterStatus.Node node : nodes) {
            node.figures().dropped().forEach((reason, count) -> sums.merge(reason, count, Long::sum));
        }
        return sums;
    }
}
