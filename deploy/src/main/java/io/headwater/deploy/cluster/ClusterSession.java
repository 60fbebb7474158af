/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cluster;

import io.headwater.actors.node.ClusterNode;
import io.headwater.cluster.membership.HostPort;
import java.io.IOException;
import java.util.Optional;

/** A cluster that serves, as a command uses it: this process is a gateway of it. Closing it leaves the cluster, or ends one of its own. */
public final class ClusterSession implements AutoCloseable {
    private final ClusterNode node;
    private final Runnable end;

    ClusterSession(ClusterNode node, Runnable end) {
        this.node = node;
        this.end = end;
    }

    /** Joins the cluster that the flags name, or starts one of its own. */
    public static ClusterSession open(ClusterSetup setup) throws IOException, InterruptedException {
        Optional<HostPort> address = Addresses.join(setup.flags().media());
        return address.isPresent() ? JoinedCluster.join(setup, address.get()) : LocalCluster.start(setup);
    }

    /** This process's node. */
    public ClusterNode node() {
        return node;
    }

    @Override
    public void close() {
        end.run();
    }
}
