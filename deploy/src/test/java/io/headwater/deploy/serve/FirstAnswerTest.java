/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.headwater.deploy.cli.WorkFailed;
import io.headwater.deploy.http.ApiOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The first answer of a server that begins it and never ends it. */
@Timeout(60)
final class FirstAnswerTest {
    private static final Duration LONG = Duration.ofMinutes(10);

    private final Queue<String> pieces = new ConcurrentLinkedQueue<>();

    @SuppressWarnings("NullAway.Init") // set before each test
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/chat/completions", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            String chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"Riv\"}}]}\n\n";
            exchange.getResponseBody().write(chunk.getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        });
        server.start();
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    private FirstAnswer.Question question() {
        ApiOptions options =
                new ApiOptions(new ApiOptions.Address("127.0.0.1", 0, Set.of()), Optional.empty(), 1000, LONG, LONG);
        return new FirstAnswer.Question(
                "http://127.0.0.1:" + server.getAddress().getPort(), options, "Why do rivers run to the sea?");
    }

    @Test
    void whoeverEndsTheServerDoesNotWaitForIt() throws Exception {
        CompletableFuture<String> end = new CompletableFuture<>();

        FirstAnswer.stream(
                question(),
                piece -> {
                    pieces.add(piece);
                    end.complete(""); // Ctrl-C
                },
                LONG,
                end);

        assertThat(List.copyOf(pieces)).containsExactly("Riv");
    }

    @Test
    void patienceIsWithTheWholeAnswer() {
        assertThatThrownBy(() ->
                        FirstAnswer.stream(question(), pieces::add, Duration.ofSeconds(2), new CompletableFuture<>()))
                .isInstanceOf(WorkFailed.class)
                .hasMessageContaining("not come to its end within 2 s");
    }
}
