/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.WorkFailed;
import io.headwater.deploy.http.ApiOptions;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Asks a server as any client would, over HTTP. */
final class FirstAnswer {
    private static final String DATA = "data: {";
    private static final int OK = 200;

    private FirstAnswer() {}

    /**
     * Streams one short answer, until it is over or nobody wants it any more.
     *
     * @param patience with the whole answer
     * @param end completes when the answer is not wanted any more: what is left of it is not waited for
     * @throws WorkFailed if there is none, or not all of it
     */
    static void stream(Question question, Consumer<String> piece, Duration patience, CompletableFuture<?> end)
            throws InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        try {
            CompletableFuture<Void> answer = http.sendAsync(question.request(), BodyHandlers.ofLines())
                    .thenAcceptAsync(response -> read(response, piece), FirstAnswer::besides);
            CompletableFuture.anyOf(answer, end).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new WorkFailed("the first answer has not come to its end within " + patience.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WorkFailed failed) {
                throw failed;
            }
            throw new WorkFailed("the server does not answer at " + question.url() + ": " + e.getCause(), e);
        } finally {
            http.shutdownNow();
        }
    }

    /** It waits for what comes: not on a thread of a pool that others of this process need, such as the server. */
    private static void besides(Runnable task) {
        Thread.ofPlatform().daemon().name("first-answer").start(task);
    }

    /** What is asked, and where. */
    record Question(String url, ApiOptions options, String text) {
        private HttpRequest request() {
            String body = Json.text(Map.of(
                    "stream",
                    true,
                    "temperature",
                    0,
                    "max_tokens",
                    60,
                    "messages",
                    List.of(Map.of("role", "user", "content", text))));
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
                    .POST(BodyPublishers.ofString(body));
            options.apiKey().ifPresent(key -> request.header("Authorization", "Bearer " + key));
            return request.build();
        }
    }

    private static void read(HttpResponse<Stream<String>> response, Consumer<String> piece) {
        try (Stream<String> lines = response.body()) {
            if (response.statusCode() != OK) {
                throw new WorkFailed("the first answer failed with status " + response.statusCode() + ": "
                        + String.join(" ", lines.toList()));
            }
            lines.filter(line -> line.startsWith(DATA)).forEach(line -> piece.accept(text(line)));
        }
    }

    private static String text(String line) {
        JsonNode chunk = Json.parse(line.substring(DATA.length() - 1), "a chunk");
        JsonNode error = chunk.path("error");
        if (!error.isMissingNode()) {
            throw new WorkFailed(
                    "the first answer failed: " + error.path("message").asText());
        }
        return chunk.path("choices").path(0).path("delta").path("content").asText();
    }
}
