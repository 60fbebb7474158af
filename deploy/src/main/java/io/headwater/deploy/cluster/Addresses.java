/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cluster;

import io.headwater.cluster.membership.HostPort;
import io.headwater.deploy.cli.MediaFlags;
import io.headwater.deploy.cli.UserError;
import java.util.Optional;

/** Where a process is reached and whom it joins, from what the user wrote. */
public final class Addresses {
    private Addresses() {}

    /** Where the others reach this process. */
    public static HostPort bind(MediaFlags flags) {
        return bind(flags, flags.port().orElse(0));
    }

    /** As the other, with the port of the control plane. */
    public static HostPort bind(MediaFlags flags, int port) {
        String host = flags.bind().orElse(MediaSettings.LOOPBACK);
        if (host.equals("0.0.0.0") || host.equals("::")) {
            throw new UserError("--bind " + host + ": give the address at which the other hosts reach this one");
        }
        try {
            return new HostPort(host, port);
        } catch (IllegalArgumentException e) {
            throw new UserError(
                    "--bind " + host + " --port " + port + ": give an address, and a port of 0 (a free one) to 65535",
                    e);
        }
    }

    /** The node to join. */
    public static Optional<HostPort> join(MediaFlags flags) {
        try {
            return flags.join().map(HostPort::parse);
        } catch (IllegalArgumentException e) {
            throw new UserError("--join: " + e.getMessage(), e);
        }
    }
}
