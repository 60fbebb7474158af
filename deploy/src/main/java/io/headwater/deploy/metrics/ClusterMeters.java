/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.metrics;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.actors.plan.NodeState;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What the nodes told of themselves last. Any thread. */
final class ClusterMeters {
    private static final double MICROS = 1e6;

    private final MultiGauge nodes;
    private final MultiGauge kvBytes;
    private final MultiGauge kvLimit;
    private final MultiGauge memory;
    private final MultiGauge exchange;
    private volatile @Nullable ClusterStatus now;

    ClusterMeters(MeterRegistry registry) {
        Gauge.builder("headwater.plan.epoch", this, meters -> meters.epoch())
                .description("Epoch of the plan: it rises whenever the nodes that share the model change")
                .register(registry);
        Gauge.builder("headwater.plan.serving", this, meters -> meters.serving())
                .description("1 while a plan serves")
                .register(registry);
        Gauge.builder("headwater.kv.shrunk.sessions", this, meters -> meters.shrunk())
                .description("Sessions, at work or idle, that have less of a KV budget than they asked for")
                .register(registry);
        nodes = several(registry, "nodes", "Nodes by state");
        kvBytes = several(registry, "kv.cache.bytes", "Memory of all KV caches, by node");
        kvLimit = several(registry, "kv.cache.limit.bytes", "Memory that KV caches may take, by node; 0: not known");
        memory = several(registry, "node.memory.bytes", "What a node's process holds");
        exchange = several(registry, "exchange.all.reduce.seconds", "Time of one all-reduce at the leader");
    }

    private static MultiGauge several(MeterRegistry registry, String name, String description) {
        return MultiGauge.builder("headwater." + name).description(description).register(registry);
    }

    private double epoch() {
        ClusterStatus status = now;
        return status == null ? 0 : status.epoch();
    }

    private double serving() {
        ClusterStatus status = now;
        return status != null && status.state().equals("serving") ? 1 : 0;
    }

    private double shrunk() {
        ClusterStatus status = now;
        return status == null ? 0 : status.sessions().shrunk();
    }

    void show(ClusterStatus status) {
        now = status;
        List<Row<?>> states = new ArrayList<>();
        for (NodeState state : NodeState.values()) {
            states.add(Row.of(
                    Tags.of("state", state.name().toLowerCase(Locale.ROOT)),
                    status.nodes().stream()
                            .filter(node -> node.state() == state)
                            .count()));
        }
        nodes.register(states, true);
        byNode(kvBytes, status, node -> node.figures().kvBytes());
        byNode(kvLimit, status, node -> node.figures().kvLimitBytes());
        byNode(memory, status, node -> node.figures().memoryBytes());
        exchange.register(
                List.of(
                        Row.of(Tags.of("quantile", "0.5"), status.exchange().p50Micros() / MICROS),
                        Row.of(Tags.of("quantile", "0.99"), status.exchange().p99Micros() / MICROS)),
                true);
    }

    private static void byNode(MultiGauge gauge, ClusterStatus status, ToLongFunction<ClusterStatus.Node> value) {
        List<Row<?>> rows = new ArrayList<>();
        for (ClusterStatus.Node node : status.nodes()) {
            rows.add(Row.of(Tags.of("node", node.id()), value.applyAsLong(node)));
        }
        gauge.register(rows, true);
    }
}
