/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cluster;

import io.headwater.actors.node.ClusterNode;
import io.headwater.actors.node.NodeException;
import io.headwater.actors.node.NodeOptions;
import io.headwater.actors.node.NodeRole;
import io.headwater.actors.plan.PlanState;
import io.headwater.cluster.media.Media;
import io.headwater.cluster.media.MediaOptions;
import io.headwater.cluster.media.Transport;
import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.HostPort;
import io.headwater.deploy.cli.Cli;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.MediaFlags;
import io.headwater.deploy.cli.ProgressLines;
import io.headwater.deploy.cli.Unavailable;
import io.headwater.deploy.processes.JvmCommand;
import io.headwater.deploy.processes.NodeProcess;
import io.headwater.deploy.status.StatusAddress;
import io.headwater.deploy.status.StatusServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cluster of one command on this host: this process is its gateway and its oldest member, N child processes are its shard nodes. Owned by
 * the command's thread; a child's end is heard on a thread of the JDK.
 */
public final class LocalCluster {
    private static final Duration START = Duration.ofMinutes(10);
    private static final int SHOWN_LINES = 20;

    private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);

    /** Of nodes' warnings those that concern an operator here: others are of what this process sees itself. */
    private static final List<String> ABOUT_CACHES = List.of("WARN  NodeShelf: ", "WARN  ClusterShelf: ");

    private final ClusterSetup setup;
    private final @Nullable Media driver;
    private final ClusterNode node;
    private final List<NodeProcess> children = new CopyOnWriteArrayList<>();
    private final ServingWait wait;
    private volatile boolean ending;

    private LocalCluster(ClusterSetup setup, ServingWait wait, @Nullable Media driver, ClusterNode node) {
        this.setup = setup;
        this.wait = wait;
        this.driver = driver;
        this.node = node;
    }

    /**
     * Starts it and waits until it serves, with a bar per node; Ctrl-C ends what has been started.
     *
     * @throws Unavailable if it does not come to serve: the last words of a node that died are shown first
     */
    public static ClusterSession start(ClusterSetup setup) throws IOException, InterruptedException {
        try (ServingWait wait = new ServingWait()) {
            LocalCluster cluster = open(setup, wait);
            boolean serves = false;
            try {
                cluster.startChildren();
                cluster.tellState();
                cluster.awaitServing();
                serves = true;
                return new ClusterSession(cluster.node, cluster::close);
            } finally {
                if (!serves) {
                    cluster.close();
                }
            }
        }
    }

    private static LocalCluster open(ClusterSetup setup, ServingWait wait) {
        MediaFlags flags = setup.flags().media();
        MediaOptions media = MediaSettings.of(flags, setup.console(), Transport.IPC);
        boolean hosts = media.transport() == Transport.IPC && flags.driver().isEmpty();
        Media driver = null;
        try {
            driver = hosts ? Media.start(media) : null;
            MediaOptions used = driver == null ? media : MediaOptions.ipcOf(Path.of(driver.directory()));
            NodeOptions options = NodeOptions.builder(Addresses.bind(flags), setup.model(), setup.engine(), used)
                    .version(Cli.VERSION)
                    .roles(Set.of(NodeRole.GATEWAY))
                    .downing(Downing.KEEP_OLDEST)
                    .expectedNodes(setup.engine().nodes())
                    .crossoverRows(setup.crossoverRows())
                    .build();
            return new LocalCluster(setup, wait, driver, ClusterNode.start(options));
        } catch (NodeException | IllegalStateException e) {
            if (driver != null) {
                driver.close();
            }
            throw new Unavailable(String.valueOf(e.getMessage()), e);
        }
    }

    private void startChildren() throws IOException {
        Console console = setup.console();
        String directory = driver == null ? setup.flags().media().driver().orElse("") : driver.directory();
        boolean ipc = driver != null || setup.flags().media().transport().orElse(Transport.IPC) == Transport.IPC;
        for (int i = 0; i < setup.engine().nodes(); i++) {
            List<String> command = JvmCommand.of(ChildArguments.of(setup, node.address(), ipc, directory, i));
            String name = "node " + (i + 1);
            NodeProcess child = NodeProcess.start(name, console.workingDirectory(), command, line -> heard(name, line));
            children.add(child);
            var _ = child.ended().thenAccept(code -> onEnd(child, code));
        }
    }

    /** What a node says, on a thread of its own. */
    private void heard(String node, String line) {
        if (setup.output().verbose()) {
            setup.console().err().println(node + ": " + line);
        } else if (ABOUT_CACHES.stream().anyMatch(line::startsWith)) {
            LOG.warn("{}: {}", node, line.substring(line.indexOf(": ") + 2));
        }
    }

    private void tellState() {
        setup.flags().http().ifPresent(where -> {
            StatusServer.Listening server =
                    StatusServer.listen(node.system(), StatusAddress.parse(where), node::status);
            setup.output().note(setup.console(), "status: headwater status --server " + server.url());
        });
    }

    private void onEnd(NodeProcess child, int exitCode) {
        if (ending) {
            return;
        }
        child.address().map(HostPort::parse).ifPresent(node::down);
        String what = child.name() + " of " + children.size() + " (process " + child.pid() + ") ended with exit code "
                + exitCode;
        if (wait.fail(new NodeException(what + " before it served" + lastWord(child)))) {
            List<String> words = child.lastWords();
            words.subList(Math.max(0, words.size() - SHOWN_LINES), words.size())
                    .forEach(line -> setup.console().err().println(child.name() + ": " + line));
        } else {
            setup.output().note(setup.console(), "[" + what + ": going on without it]");
        }
    }

    private static String lastWord(NodeProcess child) {
        List<String> words = child.lastWords();
        return words.isEmpty() ? "" : ": " + words.getLast();
    }

    private void awaitServing() throws InterruptedException {
        try (ProgressLines lines = setup.output().progressLines(setup.console())) {
            wait.await(node, START, loading -> show(lines, loading));
        } catch (NodeException e) {
            throw new Unavailable(String.valueOf(e.getMessage()), e);
        }
    }

    private void show(ProgressLines lines, List<PlanState.Loading> loading) {
        lines.update(loading.stream()
                .map(each -> new ProgressLines.Line(
                        "loading " + setup.modelName() + " " + each.node(), each.loadedBytes(), each.totalBytes()))
                .toList());
    }

    private void close() {
        ending = true;
        children.forEach(NodeProcess::end);
        node.close();
        children.forEach(NodeProcess::close);
        if (driver != null) {
            driver.close();
        }
    }
}
