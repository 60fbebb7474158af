/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cluster;

import io.headwater.actors.node.CacheFolder;
import io.headwater.deploy.cli.ClusterFlags;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.engine.EngineOptions;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a command wants of a cluster.
 *
 * @param model the model's file
 * @param engine of each node; one capacity per node
 * @param batching of the decode loop at the leader
 * @param caches where nodes that this command starts put sessions' caches
 * @param crossoverRows from so many rows on sums are exchanged in two halves; a cluster that is joined has its own
 */
public record ClusterSetup(
        Console console,
        OutputFlags output,
        ClusterFlags flags,
        String modelName,
        Path model,
        EngineOptions engine,
        BatchingOptions batching,
        Optional<CacheFolder> caches,
        int crossoverRows) {}
