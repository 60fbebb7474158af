/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.node;

import io.headwater.actors.node.NodeOptions;
import io.headwater.actors.node.NodeRole;
import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.HostPort;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.status.StatusServer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a node says when it starts and when it is up. */
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

    /** To people: what it tries, which may take a while. */
    void joining() {
        options.join()
                .ifPresent(seed -> output.note(console, "joining the cluster at " + seed + " as " + address + "…"));
    }

    /** It is a member now. A script gets it as a JSON value. */
    void up() {
        if (output.json()) {
            Map<String, String> where = new LinkedHashMap<>();
            where.put("address", address.toString());
            statusUrl.ifPresent(url -> where.put("status", url));
            Json.print(console, where);
        }
        String roles = options.roles().stream().map(NodeRole::text).sorted().collect(Collectors.joining(", "));
        output.note(
                console,
                "node " + address + " (" + roles + ") is up; others join with: headwater node --join " + address);
        statusUrl.ifPresent(url -> output.note(console, "it tells its state to: headwater status --server " + url));
        if (options.join().isEmpty() && options.downing() == Downing.KEEP_MAJORITY) {
            output.note(
                    console,
                    "note: when members do not hear each other, the larger part goes on; of two equal parts the one with the "
                            + "lowest address. So of two nodes the one with the lower address survives the other's loss, not the "
                            + "other way round: start three, or a third with --roles gateway");
        }
    }
}
