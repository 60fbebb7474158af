/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static io.headwater.deploy.serve.TestServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Json;
import io.headwater.testing.TinyModel;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that leave, say nothing, or say what no client should. */
@Timeout(120)
final class ClientsTest {
    private static final String ENDLESS = "\"prompt\":\"to be or\",\"max_tokens\":1000000000,\"ignore_eos\":true,"
            + "\"kv\":{\"policy\":\"streaming-llm\",\"budget\":40,\"interval\":16}";
    /** With log-probabilities of 20 tokens each. */
    private static final int TOLD_TOKENS = 8000;
    /** Linux gives a connection that is written to at most 4 MiB (tcp_wmem) by itself. */
    private static final int MOST_BUFFERED_BYTES = 4_500_000;

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        TinyModel.create().contextLength(256).write(directory);
        server = new TestServer(directory, Optional.of("s3cret"), "--resume-grace", "1s");
    }

    @AfterAll
    static void end() {
        server.close();
    }

    private static String keyed(String request) {
        return request.replaceFirst("\r\n", "\r\nAuthorization: Bearer s3cret\r\n");
    }

    private static void awaitNobodyAtWork() {
        Awaitility.await().atMost(SOON).until(() -> server.sessions().atWork() == 0);
    }

    @Test
    void anAnswerThatNobodyWaitsForIsCancelledAtOnce() throws Exception {
        try (RawClient client = new RawClient(server.url())) {
            client.send(keyed(RawClient.post("/v1/completions", "{" + ENDLESS + "}")));
            Awaitility.await().atMost(SOON).until(() -> server.sessions().atWork() == 1);
        }

        awaitNobodyAtWork();
        assertThat(metric("headwater_requests_finished_total{finish_reason=\"cancelled\"}"))
                .isPositive();
    }

    @Test
    void aStreamThatNobodyReadsAnyMoreIsCancelledAfterTheGrace() throws Exception {
        String head;
        try (RawClient client = new RawClient(server.url())) {
            client.send(keyed(RawClient.post("/v1/completions", "{" + ENDLESS + ",\"stream\":true}")));
            head = client.read(4000);
        }

        awaitNobodyAtWork();
        assertThat(head).contains("HTTP/1.1 200", "X-Headwater-Session: s_", "Content-Type: text/event-stream");
        assertThat(head).contains("X-Accel-Buffering: no", "Cache-Control: no-cache", "data: {\"id\":\"cmpl-s_");
    }

    @Test
    void aConnectionThatAsksForNothingIsClosed() throws Exception {
        try (RawClient silent = new RawClient(server.url());
                RawClient half = new RawClient(server.url())) {
            half.send("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");

            assertThat(silent.readAll()).isEmpty();
            half.readAll();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /%zz HTTP/1.1 | 400",
                "GET /v1/models?after=%zz HTTP/1.1 | 200,400",
                "BREW /v1/models HTTP/1.1 | 405",
                "GET /v1/sessions/%2e%2e/%2e%2e/etc/passwd HTTP/1.1 | 404",
                "GET //v1/models HTTP/1.1 | 200",
                "GET /v1/models/ HTTP/1.1 | 200",
                "GET /v1//models HTTP/1.1 | 200",
                "GET /v1/sessions/%00/tokens HTTP/1.1 | 404",
                "GET /v1/models/%0d%0aX-Evil:%20yes HTTP/1.1 | 404",
                "GET /health/%2e%2e/v1/models HTTP/1.1 | 200",
                "GET /v1/models HTTP/9.9 | 400,405,505",
                "GET /v1/sessions/s_1/tokens?after=99999999999 HTTP/1.1 | 400,404"
            })
    void trickyRequestLinesGetAnErrorInTheUsualForm(String line, String statuses) throws Exception {
        String answer;
        try (RawClient client = new RawClient(server.url())) {
            answer = client.send(keyed(line + "\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .readAll();
        }

        assertThat(List.of(statuses.split(","))).contains(answer.substring(9, 12));
        assertThat(answer.lines().takeWhile(each -> !each.isEmpty())).noneMatch(each -> each.startsWith("X-Evil"));
        if (!answer.startsWith("HTTP/1.1 200")) {
            JsonNode error = Json.parse(answer.substring(answer.indexOf("\r\n\r\n") + 4), answer)
                    .path("error");
            assertThat(error.path("message").asText()).isNotEmpty();
            assertThat(error.path("code").asText()).isNotEmpty();
        }
    }

    @Test
    void whoeverAsksByAnotherNameThanTheServersHearsSo() throws Exception {
        String answer;
        try (RawClient client = new RawClient(server.url())) {
            answer = client.send(keyed("GET / HTTP/1.1\r\nHost: evil.example:8080\r\nConnection: close\r\n\r\n"))
                    .readAll();
        }

        assertThat(answer).startsWith("HTTP/1.1 403").contains("host_not_allowed", "--allow-host evil.example");
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/v1/models",
        "GET,/metrics",
        "GET,/nothing",
        "GET,/health/%2e%2e/v1/models",
        "GET,//v1/models",
        "POST,/v1/completions",
        "GET,/health/x"
    })
    void withoutTheKeyNothingIsSaidNotEvenWhatThereIs(String method, String path) throws Exception {
        for (String key : List.of("Bearer s3cre", "Bearer s3cret2", "s3cret", "Basic s3cret", "Bearer ")) {
            HttpResponse<String> response = server.send(server.request(path)
                    .method(method, java.net.http.HttpRequest.BodyPublishers.ofString("{}"))
                    .header("Authorization", key));

            assertThat(response.statusCode()).as(key).isEqualTo(401);
            assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer");
            assertThat(json(response).path("error").path("code").asText()).isEqualTo("invalid_api_key");
        }
        assertThat(server.get("/v1/models", "authorization", "bearer s3cret").statusCode())
                .isEqualTo(200);
    }

    @Test
    void anotherMethodIsToldWhichOnesThereAre() throws Exception {
        HttpResponse<String> response = server.send(server.request("/v1/sessions/s_1")
                .PUT(java.net.http.HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Bearer s3cret"));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow").orElse("").split(", "))
                .containsExactlyInAnyOrder("GET", "DELETE");
    }

    @Test
    void subscribersThatDoNotReadHoldNobodyUp() throws Exception {
        String path = "/v1/sessions/"
                + json(server.post(
                                "/v1/sessions",
                                "{\"ignore_eos\":true,\"kv\":{\"policy\":\"streaming-llm\",\"budget\":40,\"interval\":16}}",
                                "Authorization",
                                "Bearer s3cret"))
                        .path("id")
                        .asText();
        int threads = Thread.activeCount();
        List<RawClient> stuck = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                stuck.add(RawClient.withSmallBuffer(server.url())
                        .send(keyed("GET " + path + "/tokens HTTP/1.1\r\nHost: localhost\r\n\r\n")));
            }
            HttpResponse<String> answer = server.post(
                    path + "/messages",
                    "{\"content\":\"to be\",\"max_tokens\":" + TOLD_TOKENS + ",\"logprobs\":true,\"top_logprobs\":20}",
                    "Authorization",
                    "Bearer s3cret",
                    "Accept",
                    "text/event-stream");

            assertThat(answer.body().lines().filter(line -> line.startsWith("id: ")))
                    .hasSize(TOLD_TOKENS + 1);
            assertThat(answer.body().length())
                    .as("bytes: more than the system takes for those who do not read")
                    .isGreaterThan(MOST_BUFFERED_BYTES);
            assertThat(Thread.activeCount()).isLessThan(threads + 10);
        } finally {
            for (RawClient client : stuck) {
                client.close();
            }
        }
    }

    private static double metric(String name) throws Exception {
        return server.get("/metrics", "Authorization", "Bearer s3cret")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }
}
