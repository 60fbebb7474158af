/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static io.headwater.deploy.serve.TestServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import io.headwater.testing.TinyModel;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The HTTP API over a tiny model in this process. */
@Timeout(120)
final class ServeTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String HELLO = "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]";

    @TempDir
    private static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        TinyModel.create().contextLength(256).write(directory);
        server = new TestServer(directory, Optional.empty(), "--sequences", "2", "--queue", "2");
    }

    @AfterAll
    static void end() {
        server.close();
    }

    private static List<JsonNode> data(String events) {
        return events.lines()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> Json.parse(line.substring("data: ".length()), "an event"))
                .toList();
    }

    private static List<Integer> ids(String events) {
        return events.lines()
                .filter(line -> line.startsWith("id: "))
                .map(line -> Integer.parseInt(line.substring("id: ".length())))
                .toList();
    }

    private static List<Integer> range(int from, int to) {
        return Stream.iterate(from, i -> i < to, i -> i + 1).toList();
    }

    /** A session that answers, its first token told, until it is cancelled. */
    private static String endlessAnswer(TestServer server) throws Exception {
        String opened = "{\"ignore_eos\":true,\"kv\":{\"policy\":\"streaming-llm\",\"budget\":64}}";
        String id = json(server.post("/v1/sessions", opened)).path("id").asText();
        assertThat(server.post("/v1/sessions/" + id + "/messages", "{\"content\":\"one\",\"max_tokens\":100000000}")
                        .statusCode())
                .isEqualTo(202);
        server.awaitToken(id);
        return id;
    }

    @Test
    void aTextCompletionIsWhatGenerateSays() throws Exception {
        TestConsole.Result generated = new TestConsole(directory)
                .run(
                        "generate",
                        "-m",
                        "tiny.gguf",
                        "-p",
                        "to be or",
                        "-n",
                        "20",
                        "--threads",
                        "1",
                        "--temperature",
                        "0.9",
                        "--seed",
                        "3",
                        "--ignore-eos",
                        "--json");
        JsonNode expected = Json.parse(generated.out(), "generate");

        JsonNode answer = json(
                server.post(
                        "/v1/completions",
                        "{\"prompt\":\"to be or\",\"max_tokens\":20,\"temperature\":0.9,\"seed\":3,\"ignore_eos\":true,\"logprobs\":2}"));

        JsonNode choice = answer.path("choices").path(0);
        assertThat(answer.path("object").asText()).isEqualTo("text_completion");
        assertThat(choice.path("text")).isEqualTo(expected.path("text"));
        assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
        assertThat(choice.path("logprobs").path("token_logprobs")).hasSize(20);
        assertThat(choice.path("logprobs").path("top_logprobs").path(0)).hasSizeBetween(1, 2);
        assertThat(answer.path("usage").path("prompt_tokens").asInt())
                .isEqualTo(expected.path("prompt_tokens").size());
        assertThat(answer.path("usage").path("completion_tokens").asInt()).isEqualTo(20);
    }

    @Test
    void aStreamedChatSaysTheSameAsAWholeOneAndCanBeReadAgainFromAnyToken() throws Exception {
        String asked = HELLO + ",\"model\":\"tiny\",\"max_tokens\":12,\"temperature\":0,\"ignore_eos\":true";
        JsonNode whole = json(server.post(CHAT, "{" + asked + "}"));

        HttpResponse<String> stream = server.post(
                CHAT,
                "{" + asked + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}",
                "X-Request-Id",
                "mine");

        List<JsonNode> chunks = data(stream.body());
        StringBuilder text = new StringBuilder();
        chunks.forEach(chunk -> text.append(
                chunk.path("choices").path(0).path("delta").path("content").asText("")));
        assertThat(text.toString())
                .isEqualTo(whole.path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asText());
        assertThat(chunks.getFirst()
                        .path("choices")
                        .path(0)
                        .path("delta")
                        .path("role")
                        .asText())
                .isEqualTo("assistant");
        assertThat(chunks.get(chunks.size() - 2)
                        .path("choices")
                        .path(0)
                        .path("finish_reason")
                        .asText())
                .isEqualTo("length");
        assertThat(chunks.getLast().path("usage").path("completion_tokens").asInt())
                .isEqualTo(12);
        assertThat(stream.body()).endsWith("data: [DONE]\n\n");
        assertThat(stream.headers().firstValue("X-Request-Id")).contains("mine");
        assertThat(stream.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        String session = stream.headers().firstValue("X-Headwater-Session").orElseThrow();
        String tokens = "/v1/sessions/" + session + "/tokens";
        String again = server.get(tokens).body();
        assertThat(ids(again)).isEqualTo(range(0, 13));
        assertThat(ids(server.get(tokens, "Last-Event-ID", "4").body())).isEqualTo(range(5, 13));
        assertThat(ids(server.get(tokens + "?after=9").body())).isEqualTo(range(10, 13));
        assertThat(server.get(tokens + "?after=0", "Last-Event-ID", "12").statusCode())
                .isEqualTo(204);
        StringBuilder resumed = new StringBuilder();
        data(again).forEach(event -> resumed.append(event.path("text").asText()));
        assertThat(resumed.toString()).isEqualTo(text.toString());
        assertThat(server.get(tokens + "?after=13").statusCode()).isEqualTo(400);
    }

    @Test
    void aSessionHoldsItsHistoryAndTellsEverySubscriberTheSame() throws Exception {
        HttpResponse<String> opened = server.post("/v1/sessions", "{\"temperature\":0,\"ignore_eos\":true}");
        assertThat(opened.statusCode()).isEqualTo(201);
        String path = "/v1/sessions/" + json(opened).path("id").asText();
        HttpResponse<String> first =
                server.post(path + "/messages", "{\"content\":\"one\",\"max_tokens\":5}", "Idempotency-Key", "k1");
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(json(first).path("offset").asInt()).isZero();
        assertThat(json(first).path("turn").asInt()).isEqualTo(1);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> json(server.get(path)).path("state").asText().equals("idle"));
        assertThat(server.post(path + "/messages", "{\"content\":\"one\",\"max_tokens\":5}", "Idempotency-Key", "k1")
                        .body())
                .isEqualTo(first.body());
        assertThat(json(server.post(path + "/messages", "{\"content\":\"uno\"}", "Idempotency-Key", "k1"))
                        .path("error")
                        .path("code")
                        .asText())
                .isEqualTo("idempotency_key_reused");

        HttpResponse<String> second = server.post(
                path + "/messages", "{\"content\":\"two\",\"max_tokens\":4}", "Accept", "text/event-stream");

        assertThat(ids(second.body())).isEqualTo(range(6, 11));
        assertThat(data(second.body()).getLast().path("finish_reason").asText()).isEqualTo("length");
        JsonNode session = json(server.get(path));
        assertThat(session.path("messages").findValuesAsText("role"))
                .containsExactly("user", "assistant", "user", "assistant");
        assertThat(data(second.body()).getFirst().path("position").asInt())
                .isEqualTo(session.path("tokens").asInt() - 4);
        assertThat(server.send(server.request(path).DELETE()).statusCode()).isEqualTo(200);
        assertThat(server.get(path).statusCode()).isEqualTo(404);
        assertThat(server.get(path + "/tokens").statusCode()).isEqualTo(404);
    }

    @Test
    void aSecondMessageWhileAnAnswerIsAtWorkIsAConflictAndCancelEndsIt() throws Exception {
        String path = "/v1/sessions/" + endlessAnswer(server);

        HttpResponse<String> second = server.post(path + "/messages", "{\"content\":\"two\"}");
        HttpResponse<String> cancelled = server.post(path + "/cancel", "");

        assertThat(second.statusCode()).isEqualTo(409);
        assertThat(json(cancelled).path("cancelled").asBoolean()).isTrue();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> json(server.get(path)).path("state").asText().equals("idle"));
    }

    /** A completion that does not come to its end by itself, and its session once it has begun. */
    private static CompletableFuture<HttpResponse<String>> endlessCompletion(TestServer server, boolean stream) {
        return server.postAsync(
                CHAT,
                "{" + HELLO + ",\"max_tokens\":100000000,\"ignore_eos\":true,\"stream\":" + stream
                        + ",\"kv\":{\"policy\":\"streaming-llm\",\"budget\":64}}");
    }

    /** Sessions of it that have told something. */
    private static List<String> awaitTelling(TestServer server, int sessions) throws Exception {
        Callable<List<String>> running =
                () -> server.sessions().reader().running().toCompletableFuture().get(20, TimeUnit.SECONDS);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> running.call().size() == sessions);
        List<String> ids = running.call();
        for (String id : ids) {
            server.awaitToken(id);
        }
        return ids;
    }

    @Test
    void aCompletionThatTheServersEndCutsSaysSo(@TempDir Path other) throws Exception {
        TinyModel.create().contextLength(256).write(other);
        CompletableFuture<HttpResponse<String>> streamed;
        CompletableFuture<HttpResponse<String>> whole;
        try (TestServer ending = new TestServer(other, Optional.empty())) {
            streamed = endlessCompletion(ending, true);
            whole = endlessCompletion(ending, false);
            awaitTelling(ending, 2);
            ending.stop();

            assertThat(data(streamed.get(20, TimeUnit.SECONDS).body())
                            .getLast()
                            .path("error")
                            .path("code")
                            .asText())
                    .isEqualTo("unavailable");
            assertThat(streamed.join().body()).doesNotContain("[DONE]").contains("\"delta\"");
            assertThat(whole.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
        }
    }

    @Test
    void aCompletionWhoseSessionIsDeletedSaysSo() throws Exception {
        CompletableFuture<HttpResponse<String>> streamed = endlessCompletion(server, true);
        CompletableFuture<HttpResponse<String>> whole = endlessCompletion(server, false);
        for (String id : awaitTelling(server, 2)) {
            assertThat(server.send(server.request("/v1/sessions/" + id).DELETE())
                            .statusCode())
                    .isEqualTo(200);
        }

        assertThat(data(streamed.get(20, TimeUnit.SECONDS).body())
                        .getLast()
                        .path("error")
                        .path("code")
                        .asText())
                .isEqualTo("session_not_found");
        assertThat(streamed.join().body()).doesNotContain("[DONE]");
        assertThat(whole.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(404);
    }

    @Test
    void nullInAMessageLeavesTheSessionsDefaultsAsTheyAre() throws Exception {
        String path = "/v1/sessions/"
                + json(server.post("/v1/sessions", "{\"ignore_eos\":true,\"max_tokens\":3}"))
                        .path("id")
                        .asText();

        HttpResponse<String> answer = server.post(
                path + "/messages",
                "{\"content\":\"one\",\"max_tokens\":null,\"ignore_eos\":null}",
                "Accept",
                "text/event-stream");

        assertThat(ids(answer.body())).isEqualTo(range(0, 4));
    }

    /** The limit has two names. */
    @Test
    void aMessagesLimitCountsBeforeItsSessions() throws Exception {
        String session = "{\"ignore_eos\":true,\"max_completion_tokens\":9}";
        String path = "/v1/sessions/"
                + json(server.post("/v1/sessions", session)).path("id").asText();

        HttpResponse<String> limited = server.post(
                path + "/messages", "{\"content\":\"one\",\"max_tokens\":4}", "Accept", "text/event-stream");
        HttpResponse<String> other =
                server.post(path + "/messages", "{\"content\":\"two\"}", "Accept", "text/event-stream");

        assertThat(ids(limited.body())).hasSize(4 + 1);
        assertThat(ids(other.body())).hasSize(9 + 1);
    }

    @Test
    void aSessionKeepsItsCacheAsItWasAskedTo() throws Exception {
        String path = "/v1/sessions/"
                + json(server.post(
                                "/v1/sessions",
                                "{\"ignore_eos\":true,\"kv\":{\"policy\":\"ems\",\"budget\":40,\"interval\":16,\"options\":{\"gamma\":2}}}"))
                        .path("id")
                        .asText();
        server.post(path + "/messages", "{\"content\":\"one\",\"max_tokens\":90}", "Accept", "text/event-stream");

        JsonNode session = json(server.get(path));

        assertThat(session.path("kv").path("policy").asText()).isEqualTo("ems");
        assertThat(session.path("kv").path("budget").asInt()).isEqualTo(40);
        assertThat(session.path("kv").path("bytes").asLong()).isPositive();
        assertThat(session.path("tokens").asInt()).isGreaterThan(100);
    }

    @Test
    void whatHasExpiredIsDeletedAndWhatIsAtWorkIsNot(@TempDir Path other) throws Exception {
        TinyModel.create().contextLength(2000).write(other);
        try (TestServer old = new TestServer(other, Optional.empty())) {
            String idle = json(old.post("/v1/sessions", "{}")).path("id").asText();
            String busy = endlessAnswer(old);

            new Expiry(Duration.ofSeconds(-1), Duration.ofSeconds(-1), 100)
                    .sweep(old.sessions())
                    .toCompletableFuture()
                    .get(20, TimeUnit.SECONDS);

            assertThat(old.get("/v1/sessions/" + idle).statusCode()).isEqualTo(404);
            assertThat(json(old.get("/v1/sessions/" + busy)).path("state").asText())
                    .isEqualTo("decoding");
            old.post("/v1/sessions/" + busy + "/cancel", "");
        }
    }

    @Test
    void whatIsTooMuchGetsA429AndTheRestIsAnswered() throws Exception {
        List<String> atWork = List.of(endlessAnswer(server), endlessAnswer(server));
        String body = "{" + HELLO + ",\"max_tokens\":100,\"ignore_eos\":true}";
        try (ExecutorService clients = Executors.newFixedThreadPool(12)) {
            CompletionService<HttpResponse<String>> answers = new ExecutorCompletionService<>(clients);
            for (int i = 0; i < 12; i++) {
                answers.submit(() -> server.post(CHAT, body));
            }
            for (int i = 0; i < 10; i++) {
                HttpResponse<String> refused = answers.take().get();
                assertThat(refused.statusCode()).isEqualTo(429);
                assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            }
            for (String id : atWork) {
                server.post("/v1/sessions/" + id + "/cancel", "");
            }
            for (int i = 0; i < 2; i++) {
                HttpResponse<String> waited = answers.take().get();
                assertThat(waited.statusCode()).isEqualTo(200);
                assertThat(json(waited).path("usage").path("completion_tokens").asInt())
                        .isEqualTo(100);
            }
        }

        assertThat(server.get("/health").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/chat/completions | {\"messages\": | 400 | invalid_json | ",
                "/v1/chat/completions | [1] | 400 | invalid_json | ",
                "/v1/chat/completions | {} | 400 | missing_required_parameter | messages",
                "/v1/chat/completions | {\"messages\":[]} | 400 | invalid_value | messages",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\"}]} | 400 | invalid_type | messages",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"n\":2} | 400 | invalid_value | n",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"temperature\":\"hot\"} | 400 | invalid_type | temperature",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"top_p\":7} | 400 | invalid_value | top_p",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_tokens\":0} | 400 | invalid_value | max_tokens",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stop\":[1]} | 400 | invalid_type | stop",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"kv\":{\"policy\":\"nope\"}} | 400 | invalid_value | kv",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"kv\":{\"colour\":1}} | 400 | invalid_value | kv",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"kv\":{\"policy\":\"uncomp\"}} | 400 | invalid_value | kv",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":[{}]} | 400 | unsupported_parameter | tools",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"model\":\"gpt-9\"} | 404 | model_not_found | ",
                "/v1/chat/completions | {\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"logit_bias\":{\"999999\":1}} | 400 | invalid_request | ",
                "/v1/completions | {\"prompt\":[5,-1]} | 400 | invalid_value | prompt",
                "/v1/completions | {\"prompt\":\"\"} | 400 | invalid_value | prompt",
                "/v1/completions | {\"prompt\":\"x\",\"echo\":true} | 400 | unsupported_parameter | echo",
                "/v1/sessions/none/messages | {\"content\":\"x\"} | 404 | session_not_found | ",
                "/v1/sessions/..%2F..%2Fetc/messages | {\"content\":\"x\"} | 404 | session_not_found | ",
                "/v1/nothing | {} | 404 | not_found | ",
                "/v1/models | {} | 405 | method_not_allowed | ",
                "/detokenize | {\"tokens\":[1,\"x\"]} | 400 | invalid_value | tokens"
            })
    void badInputGetsTheErrorThatOpenAiDocuments(String path, String body, int status, String code, String param)
            throws Exception {
        HttpResponse<String> response = server.post(path, body);

        JsonNode error = json(response).path("error");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(error.path("code").asText()).isEqualTo(code);
        assertThat(error.path("param").asText(null)).isEqualTo(param);
        assertThat(error.path("message").asText()).isNotEmpty();
    }

    @Test
    void aPromptThatIsLongerThanTheContextIsRefused() throws Exception {
        JsonNode error = json(server.post("/v1/completions", "{\"prompt\":\"" + "word ".repeat(500) + "\"}"))
                .path("error");

        assertThat(error.path("code").asText()).isEqualTo("context_length_exceeded");
        assertThat(error.path("param").asText()).isEqualTo("prompt");
    }

    @Test
    void aBodyThatIsTooLargeOrTooSlowIsRefused() throws Exception {
        HttpResponse<String> large = server.post("/v1/completions", "{\"prompt\":\"" + "x".repeat(200_000) + "\"}");
        String slow = firstLine("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{");

        HttpResponse<String> endless = server.send(server.request("/v1/completions")
                .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[200_000]))));

        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(endless.statusCode()).isEqualTo(413);
        assertThat(slow).startsWith("HTTP/1.1 408 ");
    }

    /** Sends these bytes, keeps the connection open, and waits for the answer. */
    private static String firstLine(String bytes) throws IOException {
        URI address = URI.create(server.url());
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }

    @Test
    void textRoutesSayWhatTheCommandsSay() throws Exception {
        JsonNode tokens =
                json(server.post("/tokenize", "{\"content\":\"to be or not\"}")).path("tokens");

        assertThat(Json.parse(
                                new TestConsole(directory)
                                        .run("tokenize", "-m", "tiny.gguf", "to be or not", "--json")
                                        .out(),
                                "tokenize")
                        .path("ids"))
                .isEqualTo(tokens);
        assertThat(json(server.post("/detokenize", "{\"tokens\":" + tokens + "}"))
                        .path("content")
                        .asText())
                .isEqualTo("to be or not");
        assertThat(json(server.post("/apply-template", "{" + HELLO + "}"))
                        .path("prompt")
                        .asText())
                .contains("hello")
                .endsWith("assistant\n");
    }

    @Test
    void modelHealthVersionAndClusterAreTold() throws Exception {
        assertThat(json(server.get("/v1/models"))
                        .path("data")
                        .path(0)
                        .path("id")
                        .asText())
                .isEqualTo("tiny");
        assertThat(json(server.get("/v1/models/tiny")).path("object").asText()).isEqualTo("model");
        assertThat(server.get("/v1/models/other").statusCode()).isEqualTo(404);
        assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
        assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
        assertThat(json(server.get("/version")).path("version").asText()).isNotEmpty();
        assertThat(json(server.get("/v1/cluster")).path("state").asText()).isEqualTo("serving");
        assertThat(new TestConsole(directory)
                        .run("status", "--server", server.url())
                        .out())
                .contains("epoch 1, serving");
    }

    @Test
    void withAKeyOnlyHealthIsOpen(@TempDir Path other) throws Exception {
        TinyModel.create().write(other);
        try (TestServer guarded = new TestServer(other, Optional.of("secret"))) {
            assertThat(guarded.get("/v1/models").statusCode()).isEqualTo(401);
            assertThat(json(guarded.get("/v1/models", "Authorization", "Bearer wrong"))
                            .path("error")
                            .path("code")
                            .asText())
                    .isEqualTo("invalid_api_key");
            assertThat(guarded.get("/v1/models", "Authorization", "Bearer secret")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(guarded.get("/health").statusCode()).isEqualTo(200);
            guarded.drain();
            assertThat(guarded.post(CHAT, "{" + HELLO + "}", "Authorization", "Bearer secret")
                            .statusCode())
                    .isEqualTo(503);
        }
    }
}
