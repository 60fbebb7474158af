/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.model.shard.Shard;
import io.headwater.model.shard.ShardPlan;
import io.headwater.model.shard.UnitException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which nodes share the model, in which order, and who gets what. Pure: the same nodes give the same plan. Who was in the last plan stays, in
 * its order, so the leader stays; others follow in the order in which they joined.
 */
final class PlanDecision {
    /** Capacities that differ by no more count as equal: measurements differ that much from run to run. */
    private static final double NEAR = 1.2;

    /** A node that cannot hold its share gets less, in so many rounds at most. */
    private static final int ROUNDS = 16;

    private static final double TRIMMED = 0.98;

    /** A node needs KV memory for so many positions at least. */
    private static final int LEAST_ENTRIES = 256;

    private final ModelFacts model;
    private final EngineSettings settings;

    PlanDecision(ModelFacts model, EngineSettings settings) {
        this.model = model;
        this.settings = settings;
    }

    /** What was decided. */
    sealed interface Decision {
        /**
         * These nodes, by shard.
         *
         * @param spare why the other candidates are not in it, by node
         */
        record Plan(List<PlanNode> nodes, Map<String, String> spare) implements Decision {
            public Plan {
                nodes = List.copyOf(nodes);
                spare = Map.copyOf(spare);
            }

            List<String> order() {
                return nodes.stream().map(PlanNode::id).toList();
            }

            boolean has(String id) {
                return order().contains(id);
            }
        }

        record Impossible(String reason) implements Decision {}
    }

    /**
     * Decides.
     *
     * @param candidates in the order in which they joined
     * @param previous ids of the last plan's nodes, by shard
     */
    Decision decide(long epoch, List<NodeProfile> candidates, List<String> previous) {
        if (candidates.isEmpty()) {
            return new Decision.Impossible("there is no node that could compute: start one with headwater node");
        }
        int most = model.units().headUnits();
        List<NodeProfile> ordered = ordered(candidates, previous);
        Decision first = deal(epoch, ordered.subList(0, Math.min(most, ordered.size())), ordered);
        for (int count = Math.min(most, ordered.size()); count > 0; count--) {
            if (first instanceof Decision.Plan) {
                return first;
            }
            // the largest ones: a small node must take a head unit at least, and may be in the way
            List<NodeProfile> largest = ordered.stream()
                    .sorted(Comparator.comparingLong(NodeProfile::weightLimitBytes)
                            .reversed())
                    .limit(count)
                    .toList();
            if (deal(epoch, ordered.stream().filter(largest::contains).toList(), ordered)
                    instanceof Decision.Plan plan) {
                return plan;
            }
        }
        return first;
    }

    private static List<NodeProfile> ordered(List<NodeProfile> candidates, List<String> previous) {
        return candidates.stream()
                .sorted(Comparator.comparingInt(node -> {
                    int index = previous.indexOf(node.node());
                    return index < 0 ? Integer.MAX_VALUE : index;
                }))
                .toList();
    }

    private Decision deal(long epoch, List<NodeProfile> chosen, List<NodeProfile> all) {
        List<Double> shares = new ArrayList<>(
                nearEqual(chosen.stream().map(NodeProfile::capacity).toList()));
        try {
            for (int round = 0; round < ROUNDS; round++) {
                ShardPlan plan = ShardPlan.deal(epoch, model.units(), shares);
                if (!trim(plan, chosen, shares)) {
                    return plan(plan, chosen, all);
                }
            }
        } catch (UnitException e) {
            return new Decision.Impossible(String.valueOf(e.getMessage()));
        }
        return new Decision.Impossible(tooSmall(chosen));
    }

    /** Lowers the shares of nodes that cannot hold theirs; whether there were any. */
    private boolean trim(ShardPlan plan, List<NodeProfile> nodes, List<Double> shares) {
        boolean trimmed = false;
        for (int i = 0; i < nodes.size(); i++) {
            double fits = fits(plan.shards().get(i), nodes.get(i));
            if (fits < 1) {
                shares.set(i, Math.max(1e-6, shares.get(i) * fits * TRIMMED));
                trimmed = true;
            }
        }
        return trimmed;
    }

    /** The part of a share that a node can hold; 1 or more: all. */
    private double fits(Shard shard, NodeProfile node) {
        double weights = (double) node.weightLimitBytes() / Math.max(1, model.weightBytes(shard));
        double kv = (double) node.kvLimitBytes() / Math.max(1, leastKvBytes(shard));
        return Math.min(weights, kv);
    }

    private long leastKvBytes(Shard shard) {
        return model.kvBytesPerEntry(shard, settings.kvType()) * Math.min(LEAST_ENTRIES, settings.contextLength());
    }

    private Decision.Plan plan(ShardPlan plan, List<NodeProfile> chosen, List<NodeProfile> all) {
        List<PlanNode> nodes = new ArrayList<>();
        for (int i = 0; i < chosen.size(); i++) {
            Shard shard = plan.shards().get(i);
            nodes.add(new PlanNode(chosen.get(i), shard, model.kvBytesPerEntry(shard, settings.kvType())));
        }
        Map<String, String> spare = new HashMap<>();
        for (NodeProfile node : all) {
            if (!chosen.contains(node)) {
                int most = model.units().headUnits();
                spare.put(
                        node.node(),
                        chosen.size() == most
                                ? "one too many: the model's KV heads keep " + most + " nodes busy"
                                : "its memory holds no share of the model");
            }
        }
        return new Decision.Plan(nodes, spare);
    }

    private String tooSmall(List<NodeProfile> nodes) {
        Shard all = model.units().all();
        long weights = nodes.stream().mapToLong(NodeProfile::weightLimitBytes).sum();
        long kv = nodes.stream().mapToLong(NodeProfile::kvLimitBytes).sum();
        return "the model does not fit: it needs " + mib(model.weightBytes(all)) + " for weights and at least "
                + mib(leastKvBytes(all)) + " for KV memory in whole units, and " + nodes.size() + " node(s) offer "
                + mib(weights) + " and " + mib(kv) + ": add a node, or start nodes where more memory is free";
    }

    private static String mib(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20) + " MiB";
    }

    /** Capacities in descending order fall into groups within 20 % of their largest; each node gets its group's mean. */
    static List<Double> nearEqual(List<Double> capacities) {
        List<Double> levels = new ArrayList<>(capacities);
        levels.sort(Comparator.reverseOrder());
        Map<Double, Double> means = new HashMap<>();
        for (int from = 0; from < levels.size(); ) {
            int to = from;
            double sum = 0;
            while (to < levels.size() && levels.get(from) <= levels.get(to) * NEAR) {
                sum += levels.get(to++);
            }
            for (int i = from; i < to; i++) {
                means.put(levels.get(i), sum / (to - from));
            }
            from = to;
        }
        return capacities.stream().map(means::get).toList();
    }
}
