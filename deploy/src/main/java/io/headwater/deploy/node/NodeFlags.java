/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.node;

import io.headwater.actors.node.CacheFolder;
import io.headwater.actors.node.NodeRole;
import io.headwater.deploy.cli.CacheSize;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.EngineSettings;
import io.headwater.deploy.status.StatusAddress;
import io.headwater.model.decoding.BatchingOptions;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import picocli.CommandLine.Option;

/** What only {@code node} is asked. */
final class NodeFlags {
    private static final String DEFAULT_STATUS = "127.0.0.1:8080";

    @Option(
            names = "--roles",
            paramLabel = "ROLE",
            split = ",",
            defaultValue = "shard,gateway",
            description = "shard: computes; gateway: takes requests (default: ${DEFAULT-VALUE})")
    private List<String> roles = List.of();

    @Option(
            names = "--http",
            paramLabel = "[HOST:]PORT",
            description =
                    "where a gateway answers 'headwater status', 0 for a free port (default: " + DEFAULT_STATUS + ")")
    private Optional<String> http = Optional.empty();

    @Option(names = "--port", paramLabel = "P", description = "short for --cluster-port")
    private Optional<Integer> port = Optional.empty();

    @Option(
            names = "--expect",
            paramLabel = "N",
            defaultValue = "1",
            description = "shard nodes that the first plan waits for, a while (default: ${DEFAULT-VALUE})")
    private int expected;

    @Option(
            names = "--nodes-on-host",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "shard nodes that this host runs in all, the same on each: they share its memory and its cores "
                            + "(default: ${DEFAULT-VALUE})")
    private int nodesOnHost;

    @Option(
            names = "--prefix-caches",
            paramLabel = "N",
            defaultValue = "4",
            description =
                    "where this node leads: caches of completions that stay for those that begin with the same tokens; 0 for "
                            + "none (default: ${DEFAULT-VALUE})")
    private int prefixCaches;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "where this node puts its part of sessions' KV caches, in kv/ of it; they are kept if all nodes have such a "
                            + "directory (default: none)")
    private Optional<String> data = Optional.empty();

    @Option(
            names = "--kv-snapshots",
            paramLabel = "BYTES|none",
            defaultValue = CacheSize.DEFAULT,
            description = "disk for those (default: ${DEFAULT-VALUE})")
    private String kvSnapshots = CacheSize.DEFAULT;

    @Option(names = "--max-sequences", defaultValue = "0", hidden = true, description = "requests at work together")
    private int maxSequences;

    @Option(names = NodeCommand.WATCH_STDIN, hidden = true, description = "end when standard input does")
    private boolean watchStdin;

    /** Of the control plane. */
    Optional<Integer> port() {
        return port;
    }

    Set<NodeRole> roles() {
        Set<NodeRole> set = EnumSet.noneOf(NodeRole.class);
        for (String role : roles) {
            switch (role.strip().toLowerCase(Locale.ROOT)) {
                case "shard" -> set.add(NodeRole.SHARD);
                case "gateway" -> set.add(NodeRole.GATEWAY);
                default -> throw new UserError("--roles " + role + ": give shard, gateway or both as shard,gateway");
            }
        }
        return set;
    }

    /** Host and port of the status server, of a gateway. */
    Optional<StatusAddress> http() {
        if (roles().contains(NodeRole.GATEWAY)) {
            return Optional.of(StatusAddress.parse(http.orElse(DEFAULT_STATUS)));
        }
        if (http.isPresent()) {
            throw new UserError(
                    "--http " + http.get() + ": only gateways tell the state: leave it out, or add gateway to --roles");
        }
        return Optional.empty();
    }

    int expected() {
        return atLeastOne("--expect", expected);
    }

    int nodesOnHost() {
        return atLeastOne("--nodes-on-host", nodesOnHost);
    }

    /** Of the decode loop, where this node leads. */
    BatchingOptions batching() {
        if (prefixCaches < 0) {
            throw new UserError("--prefix-caches " + prefixCaches + ": give at least 0");
        }
        return EngineSettings.batching(maxSequences).withMaxLeft(prefixCaches);
    }

    /** Where sessions' caches go; empty if nowhere. */
    Optional<CacheFolder> caches(Console console) {
        OptionalLong bytes = CacheSize.parse(kvSnapshots);
        if (data.isPresent() && !roles().contains(NodeRole.SHARD)) {
            throw new UserError(
                    "--data " + data.get() + ": only shards have caches: leave it out, or add shard to --roles");
        }
        return bytes.isEmpty()
                ? Optional.empty()
                : data.map(console::path).map(path -> new CacheFolder(path.toAbsolutePath(), bytes.getAsLong()));
    }

    private static int atLeastOne(String option, int value) {
        if (value < 1) {
            throw new UserError(option + " " + value + ": give at least 1");
        }
        return value;
    }

    boolean watchStdin() {
        return watchStdin;
    }
}
