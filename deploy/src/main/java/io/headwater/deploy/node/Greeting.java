/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.node;

import io.headwater.actors.node.NodeOptions;
import io.headwater.actors.node.NodeRole;
import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.HostPort;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.status.StatusServer;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a node says when it is up. */
final class Greeting {
    private final Console console;
    private final OutputFlags output;
    private final HostPort address;
    private final NodeOptions options;
    private Optional<String> statusUrl = Optional.empty();

    Greeting(Console console, OutputFlags output, HostPort address, NodeOptions options) {
        this.console = console;
        this.output = output;
        this.address = address;
        this.options = options;
    }

    void status(StatusServer.Listening server) {
        statusUrl = Optional.of(server.url());
    }

    /** The address, in a line of its own. */
    void toParent() {
        console.out().println(address);
        console.out().flush();
    }

    void toPeople() {
        String roles = options.roles().stream().map(NodeRole::text).sorted().collect(Collectors.joining(", "));
        output.note(
                console,
                "node " + address + " (" + roles + ") is up; others join with: headwater node --join " + address);
        statusUrl.ifPresent(url -> output.note(console, "it tells its state to: headwater status --server " + url));
        if (options.join().isEmpty() && options.downing() == Downing.KEEP_MAJORITY) {
            output.note(
                    console,
                    "note: the part of the cluster goes on in which more than half of the nodes hear each other. Two nodes cannot "
                            + "survive the loss of either: start three, or a third with --roles gateway");
        }
    }
}
