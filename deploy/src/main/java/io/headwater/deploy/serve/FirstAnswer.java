/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.WorkFailed;
import io.headwater.deploy.http.ApiOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Asks a server as any client would, over HTTP. */
final class FirstAnswer {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String DATA = "data: {";
    private static final int OK = 200;

    private FirstAnswer() {}

    /**
     * Streams one short answer.
     *
     * @throws WorkFailed if there is none
     */
    static void stream(String url, ApiOptions options, String question, Consumer<String> piece)
            throws InterruptedException {
        String body = Json.text(Map.of(
                "stream",
                true,
                "temperature",
                0,
                "max_tokens",
                60,
                "messages",
                List.of(Map.of("role", "user", "content", question))));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + "/v1/chat/completions"))
                .timeout(PATIENCE)
                .POST(BodyPublishers.ofString(body));
        options.apiKey().ifPresent(key -> request.header("Authorization", "Bearer " + key));
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<Stream<String>> response = http.send(request.build(), BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                if (response.statusCode() != OK) {
                    throw new WorkFailed("the first answer failed with status " + response.statusCode() + ": "
                            + String.join(" ", lines.toList()));
                }
                lines.filter(line -> line.startsWith(DATA)).forEach(line -> piece.accept(text(line)));
            }
        } catch (IOException | UncheckedIOException e) {
            throw new WorkFailed("the server does not answer at " + url + ": " + e.getMessage(), e);
        }
    }

    private static String text(String line) {
        JsonNode chunk = Json.parse(line.substring(DATA.length() - 1), "a chunk");
        return chunk.path("choices").path(0).path("delta").path("content").asText();
    }
}
