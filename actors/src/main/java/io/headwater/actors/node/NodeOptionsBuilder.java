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

/** Makes {@link NodeOptions}, which says what each means; what is not set keeps its default. */
public final class NodeOptionsBuilder {
    private final HostPort bind;
    private final Path model;
    private final EngineOptions engine;
    private final MediaOptions media;
    private Set<NodeRole> roles = Set.of(NodeRole.SHARD);
    private Optional<HostPort> join = Optional.empty();
    private Downing downing = Downing.KEEP_MAJORITY;
    private OptionalDouble capacity = OptionalDouble.empty();
    private OptionalLong kvLimitBytes = OptionalLong.empty();
    private int nodesOnHost = 1;
    private int expectedNodes = 1;
    private int crossoverRows = NodeOptions.DEFAULT_CROSSOVER_ROWS;
    private Duration warmUpLimit = NodeOptions.DEFAULT_WARM_UP;
    private BatchingOptions batching = BatchingOptions.defaults();
    private Optional<CacheFolder> caches = Optional.empty();
    private String version = "";

    NodeOptionsBuilder(HostPort bind, Path model, EngineOptions engine, MediaOptions media) {
        this.bind = bind;
        this.model = model;
        this.engine = engine;
        this.media = media;
    }

    public NodeOptionsBuilder roles(Set<NodeRole> value) {
        roles = value;
        return this;
    }

    public NodeOptionsBuilder join(Optional<HostPort> value) {
        join = value;
        return this;
    }

    public NodeOptionsBuilder downing(Downing value) {
        downing = value;
        return this;
    }

    public NodeOptionsBuilder capacity(OptionalDouble value) {
        capacity = value;
        return this;
    }

    public NodeOptionsBuilder kvLimitBytes(OptionalLong value) {
        kvLimitBytes = value;
        return this;
    }

    public NodeOptionsBuilder nodesOnHost(int value) {
        nodesOnHost = value;
        return this;
    }

    public NodeOptionsBuilder expectedNodes(int value) {
        expectedNodes = value;
        return this;
    }

    public NodeOptionsBuilder crossoverRows(int value) {
        crossoverRows = value;
        return this;
    }

    public NodeOptionsBuilder warmUpLimit(Duration value) {
        warmUpLimit = value;
        return this;
    }

    public NodeOptionsBuilder batching(BatchingOptions value) {
        batching = value;
        return this;
    }

    public NodeOptionsBuilder caches(Optional<CacheFolder> value) {
        caches = value;
        return this;
    }

    public NodeOptionsBuilder version(String value) {
        version = value;
        return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if one of them cannot be
     */
    public NodeOptions build() {
        return new NodeOptions(
                roles,
                bind,
                join,
                downing,
                model,
                engine,
                capacity,
                kvLimitBytes,
                nodesOnHost,
                expectedNodes,
                media,
                crossoverRows,
                warmUpLimit,
                batching,
                caches,
                version);
    }
}
