/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.CborMessage;
import io.headwater.model.shard.UnitRange;
import java.util.List;
import java.util.Map;

/**
 * The cluster at one moment, as the planner knows it.
 *
 * @param state of the plan, {@code serving}, {@code forming} or {@code none}; {@code reason} says why if it does not serve
 * @param members host and port of each cluster member
 * @param exchange time of one all-reduce at the leader
 */
public record ClusterStatus(
        long epoch,
        String state,
        String reason,
        List<Node> nodes,
        List<String> members,
        Sessions sessions,
        Exchange exchange,
        double tokensPerSecond,
        Map<String, Long> dropped)
        implements CborMessage {
    public ClusterStatus {
        nodes = List.copyOf(nodes);
        members = List.copyOf(members);
        dropped = Map.copyOf(dropped);
    }

    /** A node; the ranges are empty outside of a plan. Head groups are KV heads. */
    public record Node(
            String id,
            String host,
            long pid,
            List<String> roles,
            NodeState state,
            String reason,
            boolean leader,
            UnitRange headGroups,
            UnitRange ffnUnits,
            UnitRange vocabularyUnits,
            long vocabularyRows,
            double capacity,
            int threads,
            NodeFigures figures) {
        public Node {
            roles = List.copyOf(roles);
        }
    }

    /** Sequences of the running plan; of those that have less of a KV budget than they asked for, how many and the smallest budget. */
    public record Sessions(int running, int waiting, long tokens, int shrunk, int leastBudget) {}

    public record Exchange(double p50Micros, double p99Micros) {}
}
