/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static io.headwater.deploy.serve.TestServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Json;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that are idle give up their caches, and have them back with the next message, also after a restart. */
@Timeout(120)
final class SavedCachesTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void writeModel() throws IOException {
        TinyModel.create().contextLength(1024).write(directory);
    }

    private TestServer server(String... flags) throws Exception {
        return new TestServer(directory, Optional.empty(), flags);
    }

    private static String open(TestServer server) throws Exception {
        return json(server.post(
                        "/v1/sessions",
                        "{\"seed\":5,\"temperature\":0.9,\"kv\":{\"policy\":\"ems:window=8,tau=0.1\",\"budget\":48,\"interval\":16}}"))
                .path("id")
                .asText();
    }

    /** The end of the answer to such a message. */
    private static JsonNode say(TestServer server, String id, String words) throws Exception {
        HttpResponse<String> answer = server.post(
                "/v1/sessions/" + id + "/messages",
                "{\"content\":\"" + words + "\",\"max_tokens\":30,\"ignore_eos\":true}",
                "Accept",
                "text/event-stream");
        List<String> lines =
                answer.body().lines().filter(line -> line.startsWith("data: ")).toList();
        return Json.parse(lines.getLast().substring("data: ".length()), answer.body());
    }

    private static int cached(JsonNode done) {
        return done.path("timings").path("cache_n").asInt();
    }

    private static JsonNode messages(TestServer server, String id) throws Exception {
        return json(server.get("/v1/sessions/" + id)).path("messages");
    }

    private List<Path> files() throws IOException {
        Path folder = directory.resolve("data").resolve("kv");
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".kv")).toList();
        }
    }

    @Test
    void anIdleSessionHasItsCacheBackAlsoInTheNextLifeAndADeletedOneLeavesNothing() throws Exception {
        String question = "what is it that you remember of all this? ".repeat(8);
        String id;
        try (TestServer server = server("--session-idle", "100ms")) {
            id = open(server);
            assertThat(cached(say(server, id, question))).isZero();
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> !files().isEmpty());
            assertThat(cached(say(server, id, "and now?"))).isGreaterThan(250);
            assertThat(cached(say(server, id, question))).isGreaterThan(250);
        }
        JsonNode messages;
        try (TestServer server = server()) { // the last one saved it at its end
            assertThat(cached(say(server, id, "and then?"))).isGreaterThan(550);
            messages = messages(server, id);
            server.send(server.request("/v1/sessions/" + id).DELETE());
            Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> files().isEmpty());
        }
        try (TestServer server = server("--kv-snapshots", "none")) {
            String other = open(server);
            for (String words : List.of(question, "and now?", question, "and then?")) {
                say(server, other, words);
            }
            assertThat(messages(server, other)).isEqualTo(messages);
        }
    }

    @Test
    void aCompletionThatBeginsAsAnotherWentTellsHowMuchItNeedNotRead() throws Exception {
        try (TestServer server = server()) {
            List<Integer> prompt = Stream.iterate(40, id -> id + 1).limit(60).toList();
            HttpResponse<String> first = complete(server, prompt);
            List<Integer> longer = new ArrayList<>(prompt);
            String session = first.headers().firstValue("X-Headwater-Session").orElseThrow();
            server.get("/v1/sessions/" + session + "/tokens")
                    .body()
                    .lines()
                    .filter(line -> line.contains("\"token\""))
                    .forEach(line -> longer.add(Json.parse(line.substring("data: ".length()), line)
                            .path("token")
                            .asInt()));
            assertThat(longer).hasSize(70);
            longer.addAll(List.of(65, 66));

            JsonNode cached = json(complete(server, longer));
            JsonNode fresh = json(complete(server, longer)); // the cache has gone on with the one before

            assertThat(cachedTokens(json(first))).isZero();
            assertThat(cachedTokens(cached)).isEqualTo(69);
            assertThat(cachedTokens(fresh)).isZero();
            assertThat(cached.path("choices")).isEqualTo(fresh.path("choices"));
        }
    }

    private static HttpResponse<String> complete(TestServer server, List<Integer> prompt) throws Exception {
        return server.post(
                "/v1/completions",
                "{\"prompt\":" + prompt + ",\"max_tokens\":10,\"seed\":3,\"temperature\":0.9,\"ignore_eos\":true}");
    }

    private static int cachedTokens(JsonNode answer) {
        return answer.path("usage")
                .path("prompt_tokens_details")
                .path("cached_tokens")
                .asInt();
    }
}
