/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client of {@code headwater serve} that comes back with the id of the last event it has seen. */
final class ServerClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(150);
    private static final String DATA = "data: ";

    private final HttpClient http = HttpClient.newHttpClient();
    private final String url;

    /** Waits until the server listens. */
    ServerClient(Program server) {
        String line = server.awaitSaid("listening on ");
        url = line.substring(line.lastIndexOf(' ') + 1);
    }

    String url() {
        return url;
    }

    JsonNode post(String path, String body) {
        return Json.parse(
                send(request(path).POST(BodyPublishers.ofString(body)), BodyHandlers.ofString())
                        .body(),
                path);
    }

    JsonNode get(String path) {
        return Json.parse(send(request(path), BodyHandlers.ofString()).body(), path);
    }

    /** A message to a session; returns the end of its answer. */
    JsonNode say(String session, String message) {
        HttpRequest.Builder request = request("/v1/sessions/" + session + "/messages")
                .header("Accept", "text/event-stream")
                .POST(BodyPublishers.ofString(message));
        String last = send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(DATA))
                .reduce("", (_, line) -> line);
        if (last.isEmpty()) {
            throw new AssertionError("no answer to " + message);
        }
        return Json.parse(last.substring(DATA.length()), "an event");
    }

    /** Begins a streamed completion, hangs up, and returns the session to resume. */
    String beginStream(String path, String body) {
        HttpResponse<InputStream> response =
                send(request(path).POST(BodyPublishers.ofString(body)), BodyHandlers.ofInputStream());
        try (InputStream _ = response.body()) {
            return response.headers()
                    .firstValue("X-Headwater-Session")
                    .orElseThrow(() -> new AssertionError("no session: " + response));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds to {@code heard} what a session tells after that, until there are so many, a turn ends, or the server is gone. */
    void listen(String session, List<String> heard, int most) {
        listen(session, heard, most, () -> {});
    }

    /** The same; {@code begun} runs when the first event of this connection has been heard. */
    void listen(String session, List<String> heard, int most, Runnable begun) {
        int before = heard.size();
        HttpRequest.Builder request = request("/v1/sessions/" + session + "/tokens");
        if (!heard.isEmpty()) {
            request.header("Last-Event-ID", Integer.toString(heard.size() - 1));
        }
        HttpResponse<InputStream> response = send(request, BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new AssertionError("resuming after " + heard.size() + " events: " + response);
        }
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            boolean over = false;
            @Nullable String line = lines.readLine();
            while (line != null && !over && heard.size() < most) {
                if (line.startsWith(DATA)) {
                    JsonNode event = Json.parse(line.substring(DATA.length()), "an event");
                    heard.add(event.path("offset").asInt() + " "
                            + event.path("token").asText() + " "
                            + event.path("text").asText()
                            + event.path("finish_reason").asText());
                    over = event.has("finish_reason");
                    if (heard.size() == before + 1) {
                        begun.run();
                    }
                }
                line = over || heard.size() >= most ? null : lines.readLine();
            }
        } catch (IOException _) {
            return; // the server is gone: what was heard was heard
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE);
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request.build(), handler);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** At once: a stream may still be open. */
    @Override
    public void close() {
        http.shutdownNow();
    }
}
