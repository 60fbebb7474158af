/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cluster;

import io.headwater.actors.node.ClusterNode;
import io.headwater.actors.node.NodeException;
import io.headwater.actors.node.NodeOptions;
import io.headwater.actors.node.NodeRole;
import io.headwater.cluster.media.Transport;
import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.HostPort;
import io.headwater.deploy.cli.Cli;
import io.headwater.deploy.cli.MediaFlags;
import io.headwater.deploy.cli.Unavailable;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** A running cluster that a command joins as a gateway, decodes on, and leaves. Used by the command's thread. */
public final class JoinedCluster {
    private static final Duration START = Duration.ofMinutes(2);
    private static final Duration LEAVE = Duration.ofSeconds(3);

    private JoinedCluster() {}

    /**
     * Joins and waits until the cluster serves.
     *
     * @throws Unavailable if nobody answers there or no plan serves
     */
    public static ClusterSession join(ClusterSetup setup, HostPort address) throws InterruptedException {
        MediaFlags flags = setup.flags().media();
        NodeOptions options = NodeOptions.builder(
                        Addresses.bind(flags),
                        setup.model(),
                        setup.engine(),
                        MediaSettings.of(flags, setup.console(), Transport.UDP))
                .version(Cli.VERSION)
                .roles(Set.of(NodeRole.GATEWAY))
                .join(Optional.of(address))
                .downing(flags.survivors().orElse(Downing.KEEP_MAJORITY))
                .build();
        try (ServingWait wait = new ServingWait()) {
            ClusterNode node = ClusterNode.start(options);
            boolean serves = false;
            try {
                wait.await(node, START, _ -> {});
                serves = true;
                return new ClusterSession(node, () -> leave(node));
            } finally {
                if (!serves) {
                    node.close();
                }
            }
        } catch (NodeException e) {
            throw new Unavailable("--join " + address + ": " + e.getMessage(), e);
        }
    }

    private static void leave(ClusterNode node) {
        node.leave(LEAVE);
        node.close();
    }
}
