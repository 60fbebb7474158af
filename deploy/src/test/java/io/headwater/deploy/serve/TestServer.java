/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.decode.DecodeFlags;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.http.ApiOptions;
import io.headwater.deploy.http.ServedModel;
import io.headwater.sessions.log.TokenLog;
import io.headwater.sessions.prompt.Prompts;
import io.headwater.sessions.session.SessionService;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import picocli.CommandLine;

/** A server in this process over {@code tiny.gguf} of a directory, and a client of it. */
final class TestServer implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final TokenLog log;
    private final LoadedModel model;
    private final Server server;
    private boolean stopped;

    TestServer(Path directory, Optional<String> key, String... flags) throws Exception {
        this(directory, List.of(), key, flags);
    }

    /** With more flags of the engine. */
    TestServer(Path directory, List<String> engine, Optional<String> key, String... flags) throws Exception {
        Console console = new Console(
                new PrintStream(PrintStream.nullOutputStream()),
                new PrintStream(PrintStream.nullOutputStream()),
                InputStream.nullInputStream(),
                false,
                directory,
                Map.of());
        List<String> words = new ArrayList<>(List.of("-m", "tiny.gguf", "--threads", "1"));
        words.addAll(engine);
        DecodeFlags decode = CommandLine.populateCommand(new DecodeFlags(), words.toArray(String[]::new));
        List<String> all = new ArrayList<>(List.of("--data", "data"));
        all.addAll(List.of(flags));
        ServeFlags serve = CommandLine.populateCommand(new ServeFlags(), all.toArray(String[]::new));
        model = decode.load(console, serve.batching(), serve.caches(console));
        log = TokenLog.embedded(directory.resolve("data"));
        ApiOptions api = new ApiOptions(
                new ApiOptions.Address("127.0.0.1", 0, Set.of()),
                key,
                100_000,
                Duration.ofSeconds(2),
                Duration.ofSeconds(2));
        server = Server.start(serve, api, model, log, serve.caches(console));
    }

    String url() {
        return server.url();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.url() + path)).timeout(PATIENCE);
    }

    HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    /** The same, without waiting. */
    CompletableFuture<HttpResponse<String>> postAsync(String path, String body) {
        return http.sendAsync(request(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path, String... headers) throws Exception {
        return send(headers.length == 0 ? request(path) : request(path).headers(headers));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    /** Waits for the first token of a session's stream, and hangs up. */
    void awaitToken(String session) throws Exception {
        String path = "/v1/sessions/" + session + "/tokens";
        try (Stream<String> lines =
                http.send(request(path).build(), BodyHandlers.ofLines()).body()) {
            assertThat(lines.anyMatch(line -> line.startsWith("data:")))
                    .as("a token of " + path)
                    .isTrue();
        }
    }

    static JsonNode json(HttpResponse<String> response) {
        return Json.parse(response.body(), "the response");
    }

    /** The model, for another HTTP server. */
    ServedModel served() {
        return ServedModel.of(model, new Prompts(model.tokenizer(), Optional.empty()));
    }

    SessionService sessions() {
        return server.sessions();
    }

    void drain() {
        server.drain();
    }

    /** Ends the server, but not what its clients still read. */
    void stop() {
        if (!stopped) {
            stopped = true;
            server.close();
        }
    }

    @Override
    public void close() {
        stop();
        model.close();
        log.close();
        http.close();
    }
}
