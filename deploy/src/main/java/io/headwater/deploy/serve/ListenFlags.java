/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.LogFormat;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.http.ApiOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Where a server listens, whom it answers, how it logs. */
final class ListenFlags {
    private static final int MOST_PORT = 65_535;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "where to listen (default: ${DEFAULT-VALUE})")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "0 takes a free one (default: ${DEFAULT-VALUE})")
    private int port = 8080;

    @Option(
            names = "--allow-host",
            paramLabel = "NAME",
            description =
                    "a further name by which clients may ask; repeatable (default: on a loopback address only addresses and localhost, elsewhere any)")
    private List<String> allowedHosts = new ArrayList<>();

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            description = "clients must send it (default: HEADWATER_API_KEY, else none is asked for)")
    private Optional<String> apiKey = Optional.empty();

    @Option(
            names = "--log-format",
            paramLabel = "FORM",
            defaultValue = "text",
            description = "text, or json: one object a line (default: ${DEFAULT-VALUE})")
    private LogFormat logFormat = LogFormat.TEXT;

    LogFormat logFormat() {
        return logFormat;
    }

    /**
     * What a server is told of it.
     *
     * @throws UserError if a value cannot be used
     */
    ApiOptions options(Console console) {
        if (port < 0 || port > MOST_PORT) {
            throw new UserError("--port " + port + ": give 0 to " + MOST_PORT);
        }
        if (apiKey.filter(String::isBlank).isPresent()) {
            throw new UserError("--api-key is empty: give one, or leave the option out");
        }
        if (allowedHosts.stream().anyMatch(name -> !NAME.matcher(name).matches())) {
            throw new UserError("--allow-host " + String.join(", ", allowedHosts)
                    + ": give names without a port, one with each --allow-host");
        }
        return ApiOptions.of(
                new ApiOptions.Address(host, port, Set.copyOf(allowedHosts)),
                apiKey.or(() -> console.variable("HEADWATER_API_KEY")));
    }

    /** What whoever starts it should know: a server that others can reach, and that asks for no key. */
    Optional<String> warning(ApiOptions options) {
        try {
            return options.apiKey().isPresent()
                            || InetAddress.getByName(options.host()).isLoopbackAddress()
                    ? Optional.empty()
                    : Optional.of(
                            "whoever reaches " + options.host() + " can use this server: --api-key asks for a key");
        } catch (UnknownHostException e) {
            throw new UserError("--host " + options.host() + " is no address of this machine", e);
        }
    }
}
