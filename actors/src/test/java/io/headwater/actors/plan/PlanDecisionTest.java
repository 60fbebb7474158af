/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.actors.plan.PlanDecision.Decision;
import io.headwater.model.shard.UnitRange;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanDecisionTest {
    private final PlanDecision decision = new PlanDecision(Nodes.MODEL, Nodes.SETTINGS);

    @Test
    void dealsInProportionToCapacity() {
        Decision.Plan plan = plan(List.of(Nodes.profile("a", 2), Nodes.profile("b", 1)), List.of());

        assertThat(plan.nodes().get(0).units().headUnits()).isEqualTo(new UnitRange(0, 2));
        assertThat(plan.nodes().get(1).units().headUnits()).isEqualTo(new UnitRange(2, 3));
        assertThat(plan.nodes().get(0).units().ffnUnits()).isEqualTo(new UnitRange(0, 4));
        assertThat(plan.nodes().get(1).units().ffnUnits()).isEqualTo(new UnitRange(4, 6));
    }

    @Test
    void treatsCapacitiesWithinTwentyPercentAsEqual() {
        assertThat(PlanDecision.nearEqual(List.of(1.0, 1.15, 0.97))).containsOnly((1.0 + 1.15 + 0.97) / 3);
        assertThat(PlanDecision.nearEqual(List.of(1.0, 1.5, 1.45))).containsExactly(1.0, 1.475, 1.475);
        assertThat(PlanDecision.nearEqual(List.of(2.0))).containsExactly(2.0);
    }

    @Test
    void keepsTheLeaderAndTheOrderOfTheLastPlan() {
        Decision.Plan plan = plan(
                List.of(Nodes.profile("a", 1), Nodes.profile("b", 1), Nodes.profile("c", 1)), List.of("c", "x", "b"));

        assertThat(plan.order()).containsExactly("c", "b", "a");
    }

    @Test
    void leavesNodesBeyondTheHeadUnitsOutAndSaysWhy() {
        Decision.Plan plan = plan(
                List.of(Nodes.profile("a", 1), Nodes.profile("b", 1), Nodes.profile("c", 1), Nodes.profile("d", 1)),
                List.of());

        assertThat(plan.order()).containsExactly("a", "b", "c");
        assertThat(plan.spare()).containsOnlyKeys("d");
        assertThat(plan.spare().get("d")).contains("3 nodes busy");
    }

    @Test
    void givesANodeThatCannotHoldItsShareLess() {
        long twoThirds = Nodes.MODEL.weightBytes(Nodes.UNITS.all()) * 2 / 3;
        Decision.Plan plan = plan(
                List.of(Nodes.profile("small", 1, twoThirds / 2 + 100, 1L << 30), Nodes.profile("large", 1)),
                List.of());

        for (PlanNode node : plan.nodes()) {
            assertThat(Nodes.MODEL.weightBytes(node.units()))
                    .isLessThanOrEqualTo(node.profile().weightLimitBytes());
        }
    }

    @Test
    void leavesANodeOutThatCannotHoldTheLeastShare() {
        Decision.Plan plan = plan(
                List.of(Nodes.profile("tiny", 1, 10, 1L << 30), Nodes.profile("large", 1)), List.of("tiny", "large"));

        assertThat(plan.order()).containsExactly("large");
        assertThat(plan.spare()).containsKey("tiny");
    }

    @Test
    void saysWhyAModelDoesNotFit() {
        Decision weights = decision.decide(1, List.of(Nodes.profile("a", 1, 1000, 1L << 30)), List.of());
        Decision kv = decision.decide(1, List.of(Nodes.profile("a", 1, 1L << 30, 1000)), List.of());

        assertThat(weights)
                .isInstanceOfSatisfying(
                        Decision.Impossible.class,
                        no -> assertThat(no.reason()).contains("does not fit").contains("add a node"));
        assertThat(kv).isInstanceOf(Decision.Impossible.class);
    }

    @Test
    void needsANode() {
        assertThat(decision.decide(1, List.of(), List.of())).isInstanceOf(Decision.Impossible.class);
    }

    @Test
    void ownsEveryUnitOnceWhateverTheNodes() {
        for (int nodes = 1; nodes <= 3; nodes++) {
            List<NodeProfile> profiles = List.of(Nodes.profile("a", 5), Nodes.profile("b", 0.1), Nodes.profile("c", 2))
                    .subList(0, nodes);
            int heads = 0;
            int vocabulary = 0;
            for (PlanNode node : plan(profiles, List.of()).nodes()) {
                assertThat(node.units().headUnits().from()).isEqualTo(heads);
                assertThat(node.units().vocabularyUnits().from()).isEqualTo(vocabulary);
                heads = node.units().headUnits().to();
                vocabulary = node.units().vocabularyUnits().to();
            }
            assertThat(heads).isEqualTo(Nodes.UNITS.headUnits());
            assertThat(vocabulary).isEqualTo(Nodes.UNITS.vocabularyUnits());
        }
    }

    private Decision.Plan plan(List<NodeProfile> nodes, List<String> previous) {
        Decision decided = decision.decide(7, nodes, previous);
        assertThat(decided).isInstanceOf(Decision.Plan.class);
        return (Decision.Plan) decided;
    }
}
