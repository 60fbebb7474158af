/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.cli.Unavailable;
import io.headwater.deploy.cli.UserError;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code headwater status}: asks a node with role gateway what the cluster does. */
@Command(name = "status", description = "Shows a cluster's nodes, what each one owns, and how it does.")
public final class StatusCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int HTTP_OK = 200;

    private final Console console;

    @Option(
            names = "--server",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:8080",
            description = "a node with role gateway (default: ${DEFAULT-VALUE})")
    private String server = "";

    @Mixin
    private final OutputFlags output = new OutputFlags();

    public StatusCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonNode report = ask(address());
        if (output.json()) {
            Json.print(console, report);
        } else {
            console.out().print(StatusPage.of(report));
            console.out().flush();
        }
        return ExitCode.DONE;
    }

    private URI address() {
        try {
            URI uri = URI.create(server.endsWith("/") ? server.substring(0, server.length() - 1) : server);
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            throw new UserError("--server " + server + " is no URL: give one as http://HOST:PORT", e);
        }
        throw new UserError("--server " + server + ": give a URL as http://HOST:PORT");
    }

    private JsonNode ask(URI address) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(address.resolve(address.getPath() + "/v1/cluster"))
                .timeout(PATIENCE)
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != HTTP_OK) {
                throw new Unavailable(address + " answered " + response.statusCode() + ": " + reason(response.body()));
            }
            return report(address, response.body());
        } catch (ConnectException e) {
            throw new Unavailable(
                    "nothing listens at " + address
                            + ": start a node with 'headwater node --roles shard,gateway', or name another one with --server",
                    e);
        } catch (HttpTimeoutException e) {
            throw new Unavailable(
                    address + " did not answer within " + PATIENCE.toSeconds()
                            + " s: see whether its process runs, or name another one with --server",
                    e);
        } catch (IOException e) {
            throw new Unavailable(address + " broke off: " + e.getMessage() + "; is it a node of Headwater?", e);
        }
    }

    private static JsonNode report(URI address, String body) {
        try {
            JsonNode report = Json.parse(body, "the answer");
            if (report.path("nodes").isArray()) {
                return report;
            }
        } catch (UserError e) {
            throw new Unavailable(address + " is no node of Headwater: " + e.getMessage(), e);
        }
        throw new Unavailable(address + " is no node of Headwater: its answer has no nodes");
    }

    private static String reason(String body) {
        try {
            String message =
                    Json.parse(body, "the answer").path("error").path("message").asText("");
            return message.isEmpty() ? "is it a node of Headwater?" : message;
        } catch (UserError _) {
            return "is it a node of Headwater?";
        }
    }
}
