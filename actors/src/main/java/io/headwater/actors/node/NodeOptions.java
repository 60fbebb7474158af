/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import io.headwater.cluster.media.MediaOptions;
import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.HostPort;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.engine.EngineOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How one node of a cluster is set up; {@link #builder} has the defaults.
 *
 * @param roles what it does
 * @param bind where others reach its control plane; port 0 takes a free one
 * @param join a node of the cluster to join; none: it founds one
 * @param downing who survives a split; the same on all nodes of a cluster
 * @param model its model file, the same on all nodes
 * @param engine threads, context, KV type, kernels and rows of a step; its capacities and its KV limit are not used
 * @param capacity its share of work, in proportion to the others'; none: measured at the start
 * @param kvLimitBytes most KV memory; none: half of what is free at the start, shared by {@code nodesOnHost}
 * @param nodesOnHost shard nodes that this host runs, this one included
 * @param expectedNodes shard nodes that the first plan waits for, a while
 * @param media how tensors travel; a node without a shard does not use it
 * @param crossoverRows from so many rows on an all-reduce is a reduce-scatter and an all-gather
 * @param warmUpLimit most time for compiling kernels before this node serves
 * @param batching of the decode loop, where this node leads
 * @param caches where this node puts its part of sessions' caches: they are kept if all nodes of a plan have a folder
 * @param version of the program; nodes of another one are refused
 */
public record NodeOptions(
        Set<NodeRole> roles,
        HostPort bind,
        Optional<HostPort> join,
        Downing downing,
        Path model,
        EngineOptions engine,
        OptionalDouble capacity,
        OptionalLong kvLimitBytes,
        int nodesOnHost,
        int expectedNodes,
        MediaOptions media,
        int crossoverRows,
        Duration warmUpLimit,
        BatchingOptions batching,
        Optional<CacheFolder> caches,
        String version) {
    /** Decode steps send everything to everyone, prompts in halves. */
    public static final int DEFAULT_CROSSOVER_ROWS = 16;

    /** Enough for kernels to be compiled on two cores; a warm JVM needs far less. */
    public static final Duration DEFAULT_WARM_UP = Duration.ofSeconds(3);

    public NodeOptions {
        roles = Set.copyOf(roles);
        if (roles.isEmpty() || nodesOnHost < 1 || expectedNodes < 0 || crossoverRows < 0 || warmUpLimit.isNegative()) {
            throw new IllegalArgumentException("roles=" + roles + " nodesOnHost=" + nodesOnHost + " expectedNodes="
                    + expectedNodes + " crossoverRows=" + crossoverRows + " warmUpLimit=" + warmUpLimit
                    + ": give a role, at least 1 node, nothing negative");
        }
    }

    /** A shard node that founds a cluster, alone on its host, which measures what it can do: change what differs. */
    public static NodeOptionsBuilder builder(HostPort bind, Path model, EngineOptions engine, MediaOptions media) {
        return new NodeOptionsBuilder(bind, model, engine, media);
    }

    boolean has(NodeRole role) {
        return roles.contains(role);
    }
}
