/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.node;

import io.headwater.actors.node.NodeRole;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.status.StatusAddress;
import io.headwater.model.decoding.BatchingOptions;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What only {@code node} is asked. */
final class NodeFlags {
    private static final String DEFAULT_STATUS = "127.0.0.1:8080";

    @Option(
            names = "--port",
            paramLabel = "P",
            defaultValue = "0",
            description = "port of the control plane, for others to join at (default: a free one)")
    private int port;

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
    private @Nullable String http;

    @Option(
            names = "--expect",
            paramLabel = "N",
            defaultValue = "1",
            description = "shard nodes that the first plan waits for, a while (default: ${DEFAULT-VALUE})")
    private int expected;

    @Option(names = "--nodes-on-host", defaultValue = "1", hidden = true, description = "nodes that share its memory")
    private int nodesOnHost;

    @Option(names = "--max-sequences", defaultValue = "0", hidden = true, description = "requests at work together")
    private int maxSequences;

    @Option(names = NodeCommand.WATCH_STDIN, hidden = true, description = "end when standard input does")
    private boolean watchStdin;

    int port() {
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

    /** Host and port of the status server. */
    StatusAddress http() {
        return StatusAddress.parse(http == null ? DEFAULT_STATUS : http);
    }

    int expected() {
        return expected;
    }

    int nodesOnHost() {
        return nodesOnHost;
    }

    /** Of the decode loop, where this node leads. */
    BatchingOptions batching() {
        BatchingOptions defaults = BatchingOptions.defaults();
        return maxSequences > 0 ? defaults.withMaxSequences(maxSequences) : defaults;
    }

    boolean watchStdin() {
        return watchStdin;
    }
}
