/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.node;

import io.headwater.actors.node.ClusterNode;
import io.headwater.actors.node.NodeException;
import io.headwater.actors.node.NodeOptions;
import io.headwater.cluster.media.Transport;
import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.HostPort;
import io.headwater.deploy.cli.Cli;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.EngineFlags;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.KvFlags;
import io.headwater.deploy.cli.MediaFlags;
import io.headwater.deploy.cli.ModelFlags;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.cli.TuningFlags;
import io.headwater.deploy.cli.Unavailable;
import io.headwater.deploy.cluster.Addresses;
import io.headwater.deploy.cluster.MediaSettings;
import io.headwater.deploy.decode.EngineSettings;
import io.headwater.deploy.processes.ParentWatch;
import io.headwater.deploy.status.StatusAddress;
import io.headwater.deploy.status.StatusServer;
import io.headwater.model.engine.EngineOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code headwater node}: runs until it is asked to go, or until the cluster has gone on without it. */
@Command(
        name = "node",
        sortOptions = false,
        description = "One node of a cluster: the first one without --join, the others with the address that it says.")
public final class NodeCommand implements Callable<Integer> {
    /** A child process's word: its parent holds its standard input. */
    public static final String WATCH_STDIN = "--watch-stdin";

    private static final Duration DRAIN = Duration.ofSeconds(30);

    /** Between two looks at the membership. */
    private static final Duration LOOK = Duration.ofMillis(50);

    private final Console console;

    @Mixin
    private final NodeFlags node = new NodeFlags();

    @Mixin
    private final MediaFlags media = new MediaFlags();

    @Mixin
    private final ModelFlags model = new ModelFlags();

    @Mixin
    private final EngineFlags engine = new EngineFlags();

    @Mixin
    private final KvFlags kv = new KvFlags();

    @Mixin
    private final TuningFlags tuning = new TuningFlags();

    @Mixin
    private final OutputFlags output = new OutputFlags();

    public NodeCommand(Console console) {
        this.console = console;
    }

    /** Ends this process, a child's, when its parent is gone. The first thing that a child does. */
    public static void watchParent(InputStream input) {
        ParentWatch.start(input, () -> Runtime.getRuntime().halt(ExitCode.DONE));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        EngineSettings.checkNode(engine, kv);
        Optional<StatusAddress> http = node.http();
        Path file = model.file(console, output);
        NodeOptions options = options(file, EngineSettings.ofNode(engine, kv, file));
        try (ClusterNode running = ClusterNode.start(options)) {
            return run(running, options, http);
        } catch (NodeException e) {
            throw new Unavailable(String.valueOf(e.getMessage()), e);
        }
    }

    private NodeOptions options(Path file, EngineOptions engineOptions) {
        HostPort bind = Addresses.bind(media, node.port().or(media::port).orElse(0));
        return NodeOptions.builder(bind, file, engineOptions, MediaSettings.of(media, console, Transport.UDP))
                .version(Cli.VERSION)
                .roles(Set.copyOf(node.roles()))
                .join(Addresses.join(media))
                .downing(media.survivors().orElse(Downing.KEEP_MAJORITY))
                .expectedNodes(node.expected())
                .nodesOnHost(node.nodesOnHost())
                .capacity(engine.capacities().stream()
                        .mapToDouble(Double::doubleValue)
                        .findFirst())
                .kvLimitBytes(kv.memory())
                .batching(node.batching())
                .caches(node.caches(console))
                .warmUpLimit(tuning.warmUp().orElse(NodeOptions.DEFAULT_WARM_UP))
                .crossoverRows(tuning.crossover().orElse(NodeOptions.DEFAULT_CROSSOVER_ROWS))
                .build();
    }

    private int run(ClusterNode running, NodeOptions options, Optional<StatusAddress> http)
            throws InterruptedException {
        CompletableFuture<NodeEnd> end = NodeEnd.of(running, !node.watchStdin());
        Greeting greeting = new Greeting(console, output, running.address(), options);
        http.ifPresent(where -> greeting.status(StatusServer.listen(running.system(), where, running::status)));
        try {
            boolean joined;
            if (node.watchStdin()) {
                greeting.toParent();
                joined = true; // as far as anybody is told
            } else {
                greeting.joining();
                joined = awaitUp(running, end);
                if (joined) {
                    greeting.up();
                }
            }
            return switch (end.get()) {
                case NodeEnd.Asked _ -> leave(running);
                case NodeEnd.Out out ->
                    throw new Unavailable(
                            joined ? out.reason() : notJoined(options).orElse(out.reason()));
            };
        } catch (ExecutionException e) {
            throw new IllegalStateException("a node's end cannot fail", e);
        }
    }

    /** Waits until the node is a member of its cluster; false if it ends first. */
    private static boolean awaitUp(ClusterNode running, CompletableFuture<NodeEnd> end)
            throws InterruptedException, ExecutionException {
        Cluster cluster = Cluster.get(running.system());
        boolean ended = false;
        while (!ended && !cluster.selfMember().status().equals(MemberStatus.up())) {
            try {
                end.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                ended = true;
            } catch (TimeoutException e) {
                ended = false;
            }
        }
        return !ended;
    }

    private static Optional<String> notJoined(NodeOptions options) {
        return options.join()
                .map(address ->
                        "--join " + address + ": no node of a cluster let this one join: compare the address with the"
                                + " line that a node there printed, give the same --survivors, and see whether its TCP port can be"
                                + " reached from here and " + options.bind().host() + " from there (--bind)");
    }

    private int leave(ClusterNode running) {
        output.note(console, "leaving: the sequences that run go on elsewhere");
        if (!running.leave(DRAIN)) {
            console.err().println("left without having been drained within " + DRAIN.toSeconds() + " s");
        }
        return ExitCode.DONE;
    }
}
