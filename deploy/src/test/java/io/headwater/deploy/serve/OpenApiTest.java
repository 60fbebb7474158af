/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static io.headwater.deploy.serve.TestServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Cli;
import io.headwater.deploy.cli.Json;
import io.headwater.testing.TinyModel;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server says that it understands, asked of it in every way: whatever comes, it has an answer that it has described. */
@Timeout(180)
final class OpenApiTest {
    private static final int REQUESTS = Integer.getInteger("headwater.fuzz.requests", 150);
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    @TempDir
    private static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static TestServer server;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static JsonNode api;

    @BeforeAll
    static void start() throws Exception {
        TinyModel.create().contextLength(256).write(directory);
        server =
                new TestServer(directory, Optional.empty(), "--sequences", "4", "--queue", "4", "--resume-grace", "1s");
        api = json(server.get("/openapi.json"));
    }

    @AfterAll
    static void end() {
        server.close();
    }

    /** One way to ask. */
    private record Operation(String method, String path, JsonNode description, List<JsonNode> parameters) {}

    private static List<Operation> operations() {
        List<Operation> all = new ArrayList<>();
        api.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    if (!operation.getKey().equals("parameters")) {
                        List<JsonNode> parameters = new ArrayList<>();
                        path.getValue().path("parameters").forEach(parameters::add);
                        operation.getValue().path("parameters").forEach(parameters::add);
                        all.add(new Operation(
                                operation.getKey().toUpperCase(Locale.ROOT),
                                path.getKey(),
                                operation.getValue(),
                                parameters));
                    }
                }));
        return all;
    }

    @Test
    void everyReferenceLeadsSomewhereAndTheVersionIsTheProgrammes() {
        List<JsonNode> references = api.findValues("$ref");

        assertThat(references).hasSizeGreaterThan(50);
        assertThat(references)
                .allSatisfy(reference -> assertThat(
                                api.at(reference.asText().substring(1)).isMissingNode())
                        .as(reference.asText())
                        .isFalse());
        assertThat(api.path("info").path("version").asText()).isEqualTo(Cli.VERSION);
        assertThat(operations()).hasSizeGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whateverIsAskedTheAnswerIsOneThatIsDescribed(long seed) throws Exception {
        SchemaFuzz fuzz = new SchemaFuzz(api, seed);
        List<String> sessions = new ArrayList<>(List.of("s_none"));
        List<Operation> operations = operations();
        int answered = 0;
        try (HttpClient http = HttpClient.newBuilder().build()) {
            for (int i = 0; i < REQUESTS; i++) {
                Operation operation = fuzz.any(operations);
                String body = operation.description().has("requestBody")
                        ? fuzz.body(operation.description().at("/requestBody/content/application~1json/schema"))
                        : "";
                answered += ask(http, operation, request(fuzz, operation, sessions, body), sessions, body);
            }
            http.shutdownNow();
        }
        for (String session : sessions) {
            server.send(server.request("/v1/sessions/" + session).DELETE());
        }
        assertThat(answered).isGreaterThan(REQUESTS / 8);
        assertThat(server.get("/health").statusCode()).isEqualTo(200);
    }

    private static HttpRequest request(SchemaFuzz fuzz, Operation operation, List<String> sessions, String body) {
        String path = operation.path();
        HttpRequest.Builder request = HttpRequest.newBuilder();
        for (JsonNode parameter : operation.parameters()) {
            String name = parameter.path("name").asText();
            if (parameter.path("in").asText().equals("path")) {
                String id = fuzz.chance(0.8) ? fuzz.any(sessions) : fuzz.text(parameter.path("schema"));
                path = path.replace("{id}", encoded(id.isEmpty() ? "tiny" : id));
            } else if (fuzz.chance(0.4)) {
                String value = fuzz.text(parameter.path("schema"));
                if (parameter.path("in").asText().equals("query")) {
                    path += "?" + name + "=" + encoded(value);
                } else if (value.chars().allMatch(each -> each > ' ' && each < 127)) {
                    request.header(name, value);
                }
            }
        }
        return request.uri(URI.create(server.url() + path))
                .timeout(PATIENCE)
                .method(operation.method(), BodyPublishers.ofString(body))
                .build();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** 1 if the request was understood. */
    private static int ask(
            HttpClient http, Operation operation, HttpRequest request, List<String> sessions, String body)
            throws Exception {
        String story =
                request.method() + " " + request.uri() + " " + request.headers().map() + " " + body;
        HttpResponse<InputStream> response;
        try {
            response = http.send(request, BodyHandlers.ofInputStream());
        } catch (HttpTimeoutException e) {
            assertThat(body).as("an endless answer was asked for: " + story).contains("\"kv\"");
            return 1;
        }
        try (InputStream in = response.body()) {
            String type = response.headers().firstValue("Content-Type").orElse("");
            assertThat(response.statusCode()).as(story).isLessThan(500);
            assertThat(operation.description().path("responses").has(Integer.toString(response.statusCode())))
                    .as("%s: %s is described", story, response.statusCode())
                    .isTrue();
            assertThat(response.headers().firstValue("X-Request-Id")).as(story).isPresent();
            if (type.startsWith("text/event-stream")) {
                assertThat(operation.path()).as(story).matches(".*completions|.*/messages|.*/tokens");
                return 1; // and the client hangs up
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (response.statusCode() >= 400) {
                JsonNode error = Json.parse(text, story).path("error");
                assertThat(error.path("message").asText()).as(story).isNotEmpty();
                assertThat(error.path("code").asText()).as(story).isNotEmpty();
            } else if (response.statusCode() == 201) {
                sessions.add(Json.parse(text, story).path("id").asText());
            }
            return response.statusCode() < 400 ? 1 : 0;
        }
    }
}
