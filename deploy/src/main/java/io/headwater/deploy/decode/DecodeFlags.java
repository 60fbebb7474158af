/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.actors.node.CacheFolder;
import io.headwater.actors.node.NodeOptions;
import io.headwater.deploy.calibration.Calibrations;
import io.headwater.deploy.cli.ClusterFlags;
import io.headwater.deploy.cli.CompressionFlags;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.EngineFlags;
import io.headwater.deploy.cli.KvFlags;
import io.headwater.deploy.cli.ModelFlags;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.cli.ProgressBar;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.cluster.ClusterSession;
import io.headwater.deploy.cluster.ClusterSetup;
import io.headwater.deploy.status.StatusAddress;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.kvcache.KvOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;

/** The options of every command that loads a model's weights. */
public final class DecodeFlags {
    @Mixin
    private final ModelFlags model = new ModelFlags();

    @Mixin
    private final EngineFlags engine = new EngineFlags();

    @Mixin
    private final ClusterFlags cluster = new ClusterFlags();

    @Mixin
    private final KvFlags kv = new KvFlags();

    @Mixin
    private final CompressionFlags compression = new CompressionFlags();

    @Mixin
    private final OutputFlags output = new OutputFlags();

    public ModelFlags model() {
        return model;
    }

    public EngineFlags engine() {
        return engine;
    }

    public ClusterFlags cluster() {
        return cluster;
    }

    public KvFlags kv() {
        return kv;
    }

    public CompressionFlags compression() {
        return compression;
    }

    public OutputFlags output() {
        return output;
    }

    /**
     * Loads the model as asked, with a bar while it loads.
     *
     * @throws io.headwater.deploy.cli.UserError where the model or an option cannot be used
     */
    public LoadedModel load(Console console) throws IOException, InterruptedException {
        return load(console, BatchingOptions.defaults());
    }

    /** As the other, for other numbers of sequences at once. */
    public LoadedModel load(Console console, BatchingOptions batching) throws IOException, InterruptedException {
        return load(console, batching, Optional.empty());
    }

    /** As the other; nodes of an own cluster have a folder for sessions' caches. */
    public LoadedModel load(Console console, BatchingOptions batching, Optional<CacheFolder> caches)
            throws IOException, InterruptedException {
        int crossoverRows = cluster.tuning().crossover().orElse(NodeOptions.DEFAULT_CROSSOVER_ROWS);
        return load(console, batching, caches, crossoverRows);
    }

    /** As the other; from so many rows on the nodes of an own cluster exchange sums in two halves. */
    public LoadedModel load(Console console, BatchingOptions batching, int crossoverRows)
            throws IOException, InterruptedException {
        return load(console, batching, Optional.empty(), crossoverRows);
    }

    private LoadedModel load(Console console, BatchingOptions batching, Optional<CacheFolder> caches, int crossoverRows)
            throws IOException, InterruptedException {
        EngineSettings.check(engine, cluster, kv);
        KvOptions asked = compression.kvOptions();
        cluster.http().ifPresent(StatusAddress::parse);
        Path file = model.file(console, output);
        KvOptions sessions = Calibrations.calibrated(asked, file);
        if (cluster.nodes() > 1 || cluster.media().join().isPresent()) {
            long start = System.nanoTime();
            EngineOptions options = EngineSettings.of(engine, cluster, kv, file);
            ClusterSetup setup = new ClusterSetup(
                    console, output, cluster, model.name(), file, options, batching, caches, crossoverRows);
            return LoadedModel.on(ClusterSession.open(setup), model.name(), options, sessions, start);
        }
        return here(console, file, batching, sessions, EngineOptions.DEFAULT_LOGITS_ROWS);
    }

    /**
     * Loads the model with all its shards in this process, for what looks into its caches; the policies of {@link #compression} are the caller's.
     *
     * @throws io.headwater.deploy.cli.UserError as the other, and where a cluster is asked for
     */
    public LoadedModel loadHere(Console console) throws IOException, InterruptedException {
        if (cluster.nodes() > 1 || cluster.media().join().isPresent()) {
            throw new UserError("caches are compared in one process: leave out --nodes and --join (the tokens are the"
                    + " same on any number of nodes)");
        }
        EngineSettings.check(engine, cluster, kv);
        return here(
                console,
                model.file(console, output),
                BatchingOptions.defaults(),
                KvOptions.NONE,
                EngineOptions.DEFAULT_CHUNK_ROWS);
    }

    private LoadedModel here(Console console, Path file, BatchingOptions batching, KvOptions sessions, int logitsRows) {
        try (ProgressBar bar = output.progress(console, "loading " + model.name(), ProgressBar.Unit.BYTES)) {
            return LoadedModel.open(
                    model.name(),
                    file,
                    config -> EngineSettings.of(engine, cluster, kv, config).withLogitsRows(logitsRows),
                    batching,
                    sessions,
                    new SharedBar(bar));
        }
    }
}
