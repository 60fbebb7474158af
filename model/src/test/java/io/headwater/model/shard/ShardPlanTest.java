/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShardPlanTest {
    private static final int SEEDS = 500;

    @Test
    void everyUnitIsDealtOnceInNodeOrderAndEveryNodeHasAHeadUnit() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Case c = Case.random(seed);

            ShardPlan plan = ShardPlan.deal(seed, c.units(), c.capacities());

            assertThat(plan.epoch()).isEqualTo(seed);
            assertThat(plan.shards()).as("seed %d", seed).hasSameSizeAs(c.capacities());
            assertContiguous(seed, plan, Shard::headUnits, c.units().headUnits());
            assertContiguous(seed, plan, Shard::ffnUnits, c.units().ffnUnits());
            assertContiguous(seed, plan, Shard::vocabularyUnits, c.units().vocabularyUnits());
            assertThat(plan.shards())
                    .as("seed %d", seed)
                    .allSatisfy(shard -> assertThat(shard.headUnits().count()).isPositive());
        }
    }

    /** Units go to the node furthest below its due, so that all end within one unit of it. */
    @Test
    void unitsAreDealtInProportionToCapacity() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Case c = Case.random(seed);
            double total = c.capacities().stream().mapToDouble(x -> x).sum();

            ShardPlan plan = ShardPlan.deal(1, c.units(), c.capacities());

            for (int node = 0; node < plan.shards().size(); node++) {
                double due = c.units().ffnUnits() * c.capacities().get(node) / total;
                assertThat(plan.shards().get(node).ffnUnits().count() - due)
                        .as("seed %d, node %d of %s", seed, node, c)
                        .isBetween(-1.0 - 1e-6, 1.0 + 1e-6);
            }
        }
    }

    @Test
    void onlyRatiosOfCapacitiesCount() throws Exception {
        for (int seed = 0; seed < SEEDS; seed++) {
            Case c = Case.random(seed);
            List<Double> eightfold = c.capacities().stream().map(x -> 8 * x).toList();

            assertThat(ShardPlan.deal(1, c.units(), eightfold)).isEqualTo(ShardPlan.deal(1, c.units(), c.capacities()));
        }
    }

    @Test
    void equalNodesOfTheDefaultModelGetOneKvHeadEach() throws Exception {
        Units units = new Units(3, 1, 6, 256, 48, 49152);

        ShardPlan plan = ShardPlan.even(7, units, 3);

        assertThat(plan.shards())
                .containsExactly(
                        new Shard(new UnitRange(0, 1), new UnitRange(0, 2), new UnitRange(0, 16)),
                        new Shard(new UnitRange(1, 2), new UnitRange(2, 4), new UnitRange(16, 32)),
                        new Shard(new UnitRange(2, 3), new UnitRange(4, 6), new UnitRange(32, 48)));
    }

    @Test
    void anUnevenPlanOfTheDefaultModelFollowsItsCapacities() throws Exception {
        Units units = new Units(3, 1, 6, 256, 48, 49152);

        ShardPlan plan = ShardPlan.deal(1, units, List.of(2.0, 1.0));

        assertThat(plan.shards())
                .containsExactly(
                        new Shard(new UnitRange(0, 2), new UnitRange(0, 4), new UnitRange(0, 32)),
                        new Shard(new UnitRange(2, 3), new UnitRange(4, 6), new UnitRange(32, 48)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 100})
    void moreNodesThanHeadUnitsAreRefusedWithTheRangeThatWorks(int nodes) {
        Units units = new Units(3, 1, 6, 256, 48, 49152);

        assertThatThrownBy(() -> ShardPlan.even(1, units, nodes))
                .isInstanceOf(UnitException.class)
                .hasMessage("nodes=" + nodes + ": this model can be dealt out to 1 to 3 nodes (its KV heads)");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void aCapacityThatIsNotPositiveIsRefused(double capacity) {
        Units units = new Units(3, 1, 6, 256, 48, 49152);

        assertThatThrownBy(() -> ShardPlan.deal(1, units, List.of(1.0, capacity)))
                .isInstanceOf(UnitException.class)
                .hasMessage("capacity " + capacity + " is not a positive number");
    }

    private static void assertContiguous(int seed, ShardPlan plan, Function<Shard, UnitRange> kind, int units) {
        int next = 0;
        for (Shard shard : plan.shards()) {
            assertThat(kind.apply(shard).from()).as("seed %d", seed).isEqualTo(next);
            next = kind.apply(shard).to();
        }
        assertThat(next).as("seed %d", seed).isEqualTo(units);
    }

    private record Case(Units units, List<Double> capacities) {
        static Case random(int seed) {
            Random random = new Random(seed);
            int nodes = 1 + random.nextInt(1 + Math.min(seed, 15));
            int heads = nodes + random.nextInt(20);
            int vocabulary = 1 + random.nextInt(200_000);
            Units units = new Units(heads, 1, 1 + random.nextInt(60), 256, (vocabulary + 1023) / 1024, vocabulary);
            if (seed % 3 == 0) {
                return new Case(units, Collections.nCopies(nodes, 1.0));
            }
            List<Double> capacities = new ArrayList<>();
            for (int node = 0; node < nodes; node++) {
                capacities.add(Math.exp(random.nextGaussian() * (seed % 3)));
            }
            return new Case(units, capacities);
        }
    }
}
