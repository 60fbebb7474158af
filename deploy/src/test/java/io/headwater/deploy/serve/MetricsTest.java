/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static io.headwater.deploy.serve.TestServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headwater.testing.TinyModel;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What a server tells of its work: {@code /metrics}, and its log. */
@Timeout(120)
final class MetricsTest {
    private static final Pattern LINE = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*(\\{.*\\})? \\S+");

    @Test
    void aTurnsTokensTimesAndTheLogsCommitsAreCounted(@TempDir Path directory) throws Exception {
        TinyModel.create().contextLength(256).write(directory);
        try (TestServer server = new TestServer(directory, Optional.empty())) {
            HttpResponse<String> answer = server.post(
                    "/v1/completions",
                    "{\"prompt\":\"to be or not to be\",\"max_tokens\":90,\"ignore_eos\":true,"
                            + "\"kv\":{\"policy\":\"streaming-llm\",\"budget\":40,\"interval\":16}}");
            int prompt = json(answer).path("usage").path("prompt_tokens").asInt();
            String session = answer.headers().firstValue("X-Headwater-Session").orElseThrow();
            server.get("/v1/sessions/" + session + "/tokens", "Last-Event-ID", "80");
            server.get("/v1/sessions/none");
            server.get("/v1/sessions/none/tokens", "Last-Event-ID", "80"); // nothing is taken up there
            server.get("/v1/sessions/" + session + "/tokens", "Last-Event-ID", "90"); // nor after the end
            String turns = "/v1/sessions/"
                    + json(server.post("/v1/sessions", "{}")).path("id").asText() + "/tokens";
            assertThat(server.get(turns + "?after=0").statusCode()).isEqualTo(400);

            HttpResponse<String> response = server.get("/metrics");

            assertThat(response.headers().firstValue("Content-Type").orElse(""))
                    .isEqualTo("text/plain; version=0.0.4; charset=UTF-8");
            Map<String, Double> metrics = metrics(response.body());
            assertThat(metrics)
                    .containsEntry("headwater_generation_tokens_total", 90.0)
                    .containsEntry("headwater_prompt_tokens_total", (double) prompt)
                    .containsEntry("headwater_time_to_first_token_seconds_count", 1.0)
                    .containsEntry("headwater_inter_token_latency_seconds_count", 89.0)
                    .containsEntry("headwater_inter_token_latency_seconds_bucket{le=\"+Inf\"}", 89.0)
                    .containsEntry("headwater_requests_finished_total{finish_reason=\"length\"}", 1.0)
                    .containsEntry("headwater_num_requests_running", 0.0)
                    .containsEntry("headwater_num_requests_waiting", 0.0)
                    .containsEntry("headwater_stream_resumes_total", 1.0)
                    .containsEntry("headwater_plan_epoch", 1.0)
                    .containsEntry("headwater_plan_serving", 1.0)
                    .containsEntry("headwater_nodes{state=\"serving\"}", 1.0)
                    .containsEntry(
                            "http_server_requests_seconds_count{method=\"POST\",status=\"200\",uri=\"/v1/completions\"}",
                            1.0)
                    .containsEntry(
                            "http_server_requests_seconds_count{method=\"GET\",status=\"404\",uri=\"/v1/sessions/{id}\"}",
                            1.0)
                    .hasEntrySatisfying(
                            "headwater_kv_compressions_total",
                            value -> assertThat(value).isGreaterThan(2))
                    .hasEntrySatisfying(
                            "headwater_kv_cache_bytes{node=\"local-1\"}",
                            value -> assertThat(value).isPositive())
                    .hasEntrySatisfying(
                            "headwater_step_rows_total",
                            value -> assertThat(value).isGreaterThanOrEqualTo(prompt + 89))
                    .containsEntry("headwater_step_batch_rows_count", metrics.get("headwater_steps_total"))
                    .containsEntry("headwater_step_batch_rows_sum", metrics.get("headwater_step_rows_total"))
                    .hasEntrySatisfying(
                            "headwater_step_batch_rows_bucket{le=\"1.0\"}",
                            value -> assertThat(value).isGreaterThanOrEqualTo(89))
                    .hasEntrySatisfying(
                            "headwater_log_commit_seconds_count",
                            value -> assertThat(value).isPositive());
        }
    }

    private static Map<String, Double> metrics(String body) {
        return body.lines()
                .filter(line -> !line.startsWith("#"))
                .peek(line -> assertThat(line).matches(LINE))
                .map(line -> line.split(" (?=\\S+$)"))
                .collect(Collectors.toMap(parts -> parts[0], parts -> Double.valueOf(parts[1])));
    }

    private static void awaitHeld(TestServer server, String state, Predicate<Double> bytes) {
        String name = "headwater_kv_session_bytes{state=\"" + state + "\"}";
        Awaitility.await(name)
                .atMost(Duration.ofSeconds(20))
                .until(() -> metrics(server.get("/metrics").body()).get(name), bytes);
    }

    @Test
    void bytesOfCachesAreToldByWhatTheyAreThereFor(@TempDir Path directory) throws Exception {
        TinyModel.create().contextLength(256).write(directory);
        try (TestServer server = new TestServer(directory, Optional.empty(), "--session-idle", "3s")) {
            server.post("/v1/completions", "{\"prompt\":\"to be or not\",\"max_tokens\":30,\"ignore_eos\":true}");
            awaitHeld(server, "prefix", bytes -> bytes > 0);

            String opened = "{\"ignore_eos\":true,\"kv\":{\"policy\":\"streaming-llm\",\"budget\":64}}";
            String path = "/v1/sessions/"
                    + json(server.post("/v1/sessions", opened)).path("id").asText();
            server.post(path + "/messages", "{\"content\":\"one\",\"max_tokens\":100000000}");
            awaitHeld(server, "running", bytes -> bytes > 0);
            server.post(path + "/cancel", "");
            awaitHeld(server, "running", bytes -> bytes == 0);

            server.post(path + "/messages", "{\"content\":\"two\",\"max_tokens\":5}");
            awaitHeld(server, "idle", bytes -> bytes > 0);
            awaitHeld(server, "idle", bytes -> bytes == 0); // its cache has left the memory
        }
    }

    @Test
    void eachRequestGetsOneLineInTheLogWhenItIsOver(@TempDir Path directory) throws Exception {
        TinyModel.create().contextLength(256).write(directory);
        ListAppender<ILoggingEvent> heard = new ListAppender<>();
        heard.start();
        Logger log = (Logger) LoggerFactory.getLogger("io.headwater.deploy.http");
        log.addAppender(heard);
        log.setLevel(ch.qos.logback.classic.Level.INFO);
        try (TestServer server = new TestServer(directory, Optional.empty(), "--resume-grace", "1s")) {
            server.get("/nothing%0ahere", "X-Request-Id", "lost");
            server.post("/v1/completions", "{", "X-Request-Id", "bad");
            server.post("/v1/completions", "{\"prompt\":\"x\",\"stream\":true}", "X-Request-Id", "streamed");
            server.get("/health", "X-Request-Id", "two words");
            try (RawClient leaving = new RawClient(server.url())) {
                leaving.send(RawClient.post(
                                "/v1/completions",
                                "{\"prompt\":\"x\",\"max_tokens\":100000000,\"ignore_eos\":true,\"stream\":true,"
                                        + "\"kv\":{\"policy\":\"streaming-llm\",\"budget\":40,\"interval\":16}}"))
                        .read(1000);
            }
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> heard.list.size() == 5);
        } finally {
            log.detachAppender(heard);
            log.setLevel(null);
        }

        List<Map<String, Object>> lines = heard.list.stream()
                .map(event -> event.getKeyValuePairs().stream()
                        .collect(Collectors.<org.slf4j.event.KeyValuePair, String, Object>toMap(
                                pair -> pair.key, pair -> pair.value)))
                .toList();
        assertThat(lines.get(0))
                .containsEntry("request_id", "lost")
                .containsEntry("status", 404)
                .containsEntry("path", "/nothing%0Ahere");
        assertThat(lines.get(1)).containsEntry("request_id", "bad").containsEntry("status", 400);
        assertThat(lines.get(2)).containsEntry("request_id", "streamed").containsEntry("cut", false);
        assertThat(lines.get(3))
                .hasEntrySatisfying(
                        "request_id", id -> assertThat(id.toString()).hasSize(36));
        assertThat(lines.get(4)).containsEntry("status", 200).containsEntry("cut", true);
        assertThat(heard.list.getLast().getFormattedMessage())
                .matches("\\S{36} POST /v1/completions 200 \\d+ ms, the client has gone");
    }
}
