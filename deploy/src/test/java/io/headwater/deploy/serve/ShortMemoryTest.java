/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static io.headwater.deploy.serve.TestServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server with so little KV memory that sessions must give some of theirs: none is lost, and everybody can see what has happened. */
@Timeout(120)
final class ShortMemoryTest {
    private static final List<String> SHORT = List.of("--kv-memory", "8m", "--kv-type", "f32");

    @TempDir
    private Path directory;

    @BeforeEach
    void writeModel() throws IOException {
        TinyModel.create().layers(8).heads(3, 3).headDim(64).contextLength(1024).write(directory);
    }

    private static String open(TestServer server) throws Exception {
        return json(server.post(
                        "/v1/sessions",
                        "{\"seed\":5,\"kv\":{\"policy\":\"ems:window=8\",\"budget\":128,\"interval\":32}}"))
                .path("id")
                .asText();
    }

    private static void say(TestServer server, String id, String words) throws Exception {
        HttpResponse<String> answer = server.post(
                "/v1/sessions/" + id + "/messages",
                "{\"content\":\"" + words + "\",\"max_tokens\":40,\"ignore_eos\":true}",
                "Accept",
                "text/event-stream");
        assertThat(answer.body()).contains("\"length\"");
    }

    private static JsonNode session(TestServer server, String id) throws Exception {
        return json(server.get("/v1/sessions/" + id));
    }

    private static double budgetChanges(TestServer server) throws Exception {
        return server.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("headwater_kv_budget_changes_total "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
                .sum();
    }

    @Test
    void idleSessionsGiveUpSomeOfTheirCachesAndEverybodyCanSeeIt() throws Exception {
        List<String> ids = new ArrayList<>();
        try (TestServer server = new TestServer(directory, SHORT, Optional.empty())) {
            for (int i = 0; i < 6; i++) {
                ids.add(open(server));
                say(server, ids.getLast(), "word " + i + " ".repeat(120));
            }

            JsonNode first = session(server, ids.getFirst()).path("kv");
            assertThat(first.path("budget_changes").asInt()).isPositive();
            assertThat(first.path("budget").asInt()).isBetween(32, 127);
            assertThat(budgetChanges(server)).isPositive();
            Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                JsonNode sessions = json(server.get("/v1/cluster")).path("sessions");
                assertThat(sessions.path("shrunk").asInt()).isPositive();
                assertThat(sessions.path("least_budget").asInt()).isBetween(32, 127);
            });
            say(server, ids.getFirst(), "and again");
        }
        try (TestServer again = new TestServer(directory, SHORT, Optional.empty())) {
            JsonNode first = session(again, ids.getFirst());
            assertThat(first.path("kv").path("budget_changes").asInt())
                    .as("in the log")
                    .isPositive();
            say(again, ids.getFirst(), "after the restart");
            assertThat(session(again, ids.getFirst()).path("messages")).hasSize(6);
        }
    }

    @Test
    void aTextThatCanNeverFitIsBadInputInOneLineThatSaysWhatToDo() throws Exception {
        try (TestServer server = new TestServer(directory, SHORT, Optional.empty())) {
            HttpResponse<String> refused =
                    server.post("/v1/completions", "{\"prompt\":\"" + "x ".repeat(850) + "\",\"max_tokens\":5}");

            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(json(refused).path("error").path("message").asText())
                    .contains("MiB of KV memory")
                    .contains("all sessions together may have 8.0 MiB")
                    .contains("raise --kv-memory")
                    .doesNotContain("\n");
        }
    }
}
