/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.status;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.model.shard.UnitRange;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The answer of {@code GET /v1/cluster}. The component names, in snake case, are the JSON's fields.
 *
 * @param state of the plan: {@code serving}, {@code forming} or {@code none}
 * @param reason why it does not serve; empty if it does
 * @param members addresses of all processes of the cluster, gateways included
 * @param dropped messages that were dropped, by reason
 */
record ClusterReport(
        long epoch,
        String state,
        String reason,
        List<Node> nodes,
        List<String> members,
        Sessions sessions,
        Exchange exchange,
        double tokensPerSecond,
        Map<String, Long> dropped) {
    ClusterReport {
        nodes = List.copyOf(nodes);
        members = List.copyOf(members);
        dropped = Map.copyOf(dropped);
    }

    /** A node; it owns nothing while it stands by. */
    record Node(
            String id,
            String host,
            long pid,
            List<String> roles,
            String state,
            String reason,
            boolean leader,
            List<Integer> headGroups,
            List<Integer> ffnUnits,
            List<Integer> vocabularyUnits,
            long vocabularyRows,
            double capacity,
            int threads,
            String kernels,
            long loadedBytes,
            long totalBytes,
            long weightBytes,
            long kvBytes,
            long kvLimitBytes,
            long memoryBytes,
            double tokensPerSecond,
            long exchangeBytes,
            Exchange exchange) {
        Node {
            roles = List.copyOf(roles);
            headGroups = List.copyOf(headGroups);
            ffnUnits = List.copyOf(ffnUnits);
            vocabularyUnits = List.copyOf(vocabularyUnits);
        }

        private static Node of(ClusterStatus.Node node) {
            var figures = node.figures();
            return new Node(
                    node.id(),
                    node.host(),
                    node.pid(),
                    node.roles(),
                    node.state().name().toLowerCase(Locale.ROOT),
                    node.reason(),
                    node.leader(),
                    list(node.headGroups()),
                    list(node.ffnUnits()),
                    list(node.vocabularyUnits()),
                    node.vocabularyRows(),
                    node.capacity(),
                    node.threads(),
                    figures.kernels(),
                    figures.loadedBytes(),
                    figures.totalBytes(),
                    figures.weightBytes(),
                    figures.kvBytes(),
                    figures.kvLimitBytes(),
                    figures.memoryBytes(),
                    figures.tokensPerSecond(),
                    figures.exchangeBytes(),
                    new Exchange(figures.exchangeP50Micros(), figures.exchangeP99Micros()));
        }
    }

    /**
     * Requests of the running plan, and the positions that they hold together; sessions, at work or idle, that have less of a KV budget than they asked for, on
     * every node alike, and the smallest of their budgets.
     */
    record Sessions(int running, int waiting, long tokens, int shrunk, int leastBudget) {}

    /** Time of one all-reduce. */
    record Exchange(double p50Us, double p99Us) {}

    static ClusterReport of(ClusterStatus status) {
        return new ClusterReport(
                status.epoch(),
                status.state(),
                status.reason(),
                status.nodes().stream().map(Node::of).toList(),
                status.members(),
                new Sessions(
                        status.sessions().running(),
                        status.sessions().waiting(),
                        status.sessions().tokens(),
                        status.sessions().shrunk(),
                        status.sessions().leastBudget()),
                new Exchange(status.exchange().p50Micros(), status.exchange().p99Micros()),
                status.tokensPerSecond(),
                status.dropped());
    }

    private static List<Integer> list(UnitRange range) {
        return IntStream.range(range.from(), range.to()).boxed().toList();
    }
}
