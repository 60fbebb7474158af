/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.shard;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Which node owns which units: contiguous runs in node order, every unit once. */
public record ShardPlan(long epoch, List<Shard> shards) {
    public ShardPlan {
        shards = List.copyOf(shards);
    }

    /** A plan for equal nodes. */
    public static ShardPlan even(long epoch, Units units, int nodes) throws UnitException {
        return deal(epoch, units, Collections.nCopies(nodes, 1.0));
    }

    /**
     * Deals units out in proportion to the nodes' capacities; every node gets at least one head unit.
     *
     * @param capacities one positive, finite number per node; only their ratios count
     * @throws UnitException if there are more nodes than head units, or a capacity is not positive
     */
    public static ShardPlan deal(long epoch, Units units, List<Double> capacities) throws UnitException {
        int nodes = capacities.size();
        if (nodes < 1 || nodes > units.headUnits()) {
            throw new UnitException("nodes=" + nodes + ": this model can be dealt out to 1 to " + units.headUnits()
                    + " nodes (its KV heads" + (units.headGroupsPerUnit() == 1 ? "" : ", in runs that fill 32 columns")
                    + ")");
        }
        for (double capacity : capacities) {
            if (!(capacity > 0) || Double.isInfinite(capacity)) {
                throw new UnitException("capacity " + capacity + " is not a positive number");
            }
        }
        List<UnitRange> heads = runs(units.headUnits(), 1, capacities);
        List<UnitRange> ffn = runs(units.ffnUnits(), 0, capacities);
        List<UnitRange> vocabulary = runs(units.vocabularyUnits(), 0, capacities);
        List<Shard> shards = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            shards.add(new Shard(heads.get(node), ffn.get(node), vocabulary.get(node)));
        }
        return new ShardPlan(epoch, shards);
    }

    /** Each node gets {@code least} units; the others go one by one to the node furthest below its due, the lower one in a tie. */
    private static List<UnitRange> runs(int units, int least, List<Double> capacities) {
        double total = capacities.stream().mapToDouble(Double::doubleValue).sum();
        int[] counts = new int[capacities.size()];
        Arrays.fill(counts, least);
        for (int dealt = least * counts.length; dealt < units; dealt++) {
            int neediest = 0;
            double need = Double.NEGATIVE_INFINITY;
            for (int node = 0; node < counts.length; node++) {
                double missing = units * capacities.get(node) / total - counts[node];
                if (missing > need + 1e-9) {
                    need = missing;
                    neediest = node;
                }
            }
            counts[neediest]++;
        }
        List<UnitRange> ranges = new ArrayList<>();
        int from = 0;
        for (int count : counts) {
            ranges.add(new UnitRange(from, from + count));
            from += count;
        }
        return ranges;
    }
}
