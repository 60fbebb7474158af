/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static io.headwater.deploy.serve.TestServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.deploy.http.ApiOptions;
import io.headwater.deploy.http.ApiParts;
import io.headwater.deploy.http.ApiServer;
import io.headwater.deploy.metrics.ServerMeters;
import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.sessions.decode.DecodeDesk;
import io.headwater.sessions.log.TokenLog;
import io.headwater.sessions.session.SessionParts;
import io.headwater.sessions.session.SessionService;
import io.headwater.sessions.session.SessionSettings;
import io.headwater.testing.TinyModel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.ActorSystem;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server says of itself when it is not well. */
@Timeout(120)
final class HealthTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void healthAndMetricsAreAnsweredWhileAllWorkersAreBusy(@TempDir Path directory) throws Exception {
        TinyModel.create().write(directory);
        ActorSystem<Void> system = LocalSystem.start();
        try (TestServer model = new TestServer(directory, Optional.empty());
                ServerMeters meters = new ServerMeters();
                HttpClient http = HttpClient.newHttpClient()) {
            ApiParts parts = new ApiParts(
                    model.sessions(),
                    model.served(),
                    HealthTest::noCluster,
                    meters,
                    _ -> {}); // takes all work and does none
            ApiServer.Listening busy = listen(system, parts);

            assertThat(get(http, busy.url() + "/health/live").statusCode()).isEqualTo(200);
            assertThat(get(http, busy.url() + "/metrics").statusCode()).isEqualTo(200);
            assertThat(get(http, busy.url() + "/health").statusCode()).isEqualTo(503); // no cluster, and that is said
            assertThat(get(http, busy.url() + "/health/ready").statusCode()).isEqualTo(503);
            busy.close(Duration.ofSeconds(1)).toCompletableFuture().get(20, TimeUnit.SECONDS);
        } finally {
            system.terminate();
        }
    }

    @Test
    void aDecodeLoopThatHasEndedIsToldFromALostLog(@TempDir Path directory) throws Exception {
        TinyModel.create().write(directory);
        ActorSystem<Void> system = LocalSystem.start();
        try (TestServer model = new TestServer(directory, Optional.empty());
                TokenLog log = TokenLog.embedded(directory.resolve("other"));
                DecodeDesk desk = DecodeDesk.start(new BrokenClient(), 1);
                ServerMeters meters = new ServerMeters();
                HttpClient http = HttpClient.newHttpClient()) {
            SessionSettings settings = new SessionSettings(model.sessions().model(), 256, SOON, SOON, SOON);
            SessionService sessions = SessionService.start(
                    system, new SessionParts(log, desk, model.served().prompts(), Runnable::run, settings));
            ApiParts parts = new ApiParts(sessions, model.served(), HealthTest::noCluster, meters, Runnable::run);
            ApiServer.Listening server = listen(system, parts);
            Awaitility.await()
                    .atMost(SOON)
                    .until(() -> !sessions.decodeProblem().isEmpty());

            HttpResponse<String> ready = get(http, server.url() + "/health/ready");

            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(json(ready).path("status").asText()).isEqualTo("decoding_ended");
            assertThat(json(ready).path("reason").asText()).contains("start the server again");
            assertThat(get(http, server.url() + "/health/live").statusCode()).isEqualTo(200);
            server.close(Duration.ofSeconds(1)).toCompletableFuture().get(20, TimeUnit.SECONDS);
            sessions.end().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } finally {
            system.terminate();
        }
    }

    private static CompletableFuture<ClusterStatus> noCluster() {
        return CompletableFuture.failedFuture(new IllegalStateException("no cluster in this test"));
    }

    private static ApiServer.Listening listen(ActorSystem<?> system, ApiParts parts) throws Exception {
        ApiOptions options =
                new ApiOptions(new ApiOptions.Address("127.0.0.1", 0, Set.of()), Optional.empty(), 100_000, SOON, SOON);
        return ApiServer.start(system, options, parts).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static HttpResponse<String> get(HttpClient http, String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).timeout(SOON).build(), BodyHandlers.ofString());
    }

    /** A model that cannot take a step. */
    private static final class BrokenClient implements DecodeClient {
        @Override
        public boolean await(Duration timeout) {
            throw new IllegalStateException("a bug that the test wants");
        }

        @Override
        public void submit(DecodeRequest request, DecodeListener listener) {}

        @Override
        public void cancel(long session) {}

        @Override
        public void release(long session) {}

        @Override
        public void park(long session) {}

        @Override
        public void wake() {}

        @Override
        public ClientFigures figures() {
            return new ClientFigures(1, 1, 1, "", 0, 0, 0, 0, 0, 0);
        }

        @Override
        public void close() {}
    }
}
