/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import io.headwater.actors.plan.ClusterStatus;
import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.plan.NodeState;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import io.headwater.model.shard.UnitRange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command and the server over real HTTP; what the cluster says is made up. */
final class StatusCommandTest {
    private static final NodeFigures WORKING = new NodeFigures(
            96_400_000,
            96_400_000,
            "scalar",
            96_400_000,
            12_500_000,
            900_000_000,
            611_000_000,
            0,
            2,
            1,
            300,
            3,
            64,
            0,
            41.5,
            61,
            240,
            0,
            Map.of());

    private static final ClusterStatus SERVING = new ClusterStatus(
            3,
            "serving",
            "",
            List.of(
                    node("127.0.0.1:4711", NodeState.SERVING, true, new UnitRange(0, 2)),
                    node("127.0.0.1:4712", NodeState.SERVING, false, new UnitRange(2, 3)),
                    node("127.0.0.1:4713", NodeState.STANDBY, false, new UnitRange(0, 0))),
            List.of("127.0.0.1:4710", "127.0.0.1:4711", "127.0.0.1:4712", "127.0.0.1:4713"),
            new ClusterStatus.Sessions(2, 1, 300, 3, 64),
            new ClusterStatus.Exchange(61, 240),
            81.5,
            Map.of("old-epoch", 4L));

    private static final ActorSystem<Void> SYSTEM = ActorSystem.create(
            Behaviors.empty(),
            "status",
            ConfigFactory.parseString("pekko.loglevel = WARNING").withFallback(ConfigFactory.load()));

    private static final AtomicReference<CompletionStage<ClusterStatus>> ANSWER = new AtomicReference<>();
    private static String url = "";

    @TempDir
    private Path directory;

    @BeforeAll
    static void listen() {
        url = StatusServer.start(SYSTEM, "127.0.0.1", 0, ANSWER::get)
                .toCompletableFuture()
                .join()
                .url();
    }

    @AfterAll
    static void stop() {
        SYSTEM.terminate();
    }

    @Test
    void printsWhatTheContractPromises() {
        say(SERVING);

        JsonNode report = Json.parse(run("--json", "--server", url + "/").out(), "out");

        assertThat(report.path("epoch").asLong()).isEqualTo(3);
        JsonNode first = report.path("nodes").get(0);
        assertThat(first.properties().stream().map(Map.Entry::getKey))
                .contains("id", "host", "pid", "roles", "state", "leader", "head_groups", "ffn_units")
                .contains("vocabulary_units", "kv_bytes", "kv_limit_bytes");
        assertThat(first.path("state").asText()).isEqualTo("serving");
        assertThat(first.path("leader").asBoolean()).isTrue();
        assertThat(first.path("head_groups")).hasToString("[0,1]");
        assertThat(report.path("nodes").get(2).path("head_groups")).isEmpty();
        assertThat(report.path("exchange")).hasToString("{\"p50_us\":61.0,\"p99_us\":240.0}");
        assertThat(report.path("sessions"))
                .hasToString("{\"running\":2,\"waiting\":1,\"tokens\":300,\"shrunk\":3,\"least_budget\":64}");
    }

    @Test
    void showsATableToPeople() {
        say(SERVING);

        TestConsole.Result result = run("--server", url);

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(result.out().lines().toList()).first().isEqualTo("epoch 3, serving");
        assertThat(result.out())
                .containsPattern("127.0.0.1:4711 .* serving, leads +0–1 ")
                .containsPattern("127.0.0.1:4713 .* standby +– ")
                .contains("127.0.0.1:4713: one node more than KV heads")
                .containsPattern("vocabulary rows .* memory .* tokens/s +p50/p99 µs")
                .containsPattern(
                        "127.0.0.1:4711 .* 0–2047 .* 96\\.4 MB +12\\.5 MB of 900\\.0 MB +611\\.0 MB +41\\.5 +61/240")
                .contains("4 members; gateways without a shard: 127.0.0.1:4710\n")
                .contains("2 running, 1 waiting, 81.5 tokens/s; all-reduce p50 61 µs, p99 240 µs")
                .contains("3 sessions have less KV budget than they asked for, the smallest 64 entries of a head")
                .contains("dropped messages: 4 old-epoch");
    }

    @Test
    void saysThatNothingListensThere() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        TestConsole.Result result = run("--server", "http://127.0.0.1:" + free);

        assertThat(result.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(result.err().lines())
                .singleElement()
                .asString()
                .contains("nothing listens at http://127.0.0.1:" + free);
    }

    @Test
    void saysThatNobodyKnowsWhileAPlannerIsChosen() {
        ANSWER.set(CompletableFuture.failedFuture(new TimeoutException("no answer")));

        TestConsole.Result result = run("--server", url);

        assertThat(result.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(result.err()).contains("answered 503").contains("a new planner is being chosen");
    }

    @Test
    void refusesWhatIsNoUrl() {
        assertThat(run("--server", "127.0.0.1:8080").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run("--server", "http://a b").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void isReadyOnlyWhileAPlanServes() throws Exception {
        say(SERVING);
        assertThat(get("/health/ready").statusCode()).isEqualTo(200);

        say(new ClusterStatus(
                4,
                "forming",
                "node 2 died",
                List.of(),
                List.of(),
                SERVING.sessions(),
                SERVING.exchange(),
                0,
                Map.of()));

        assertThat(get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(get("/health/ready").body()).contains("node 2 died");
        assertThat(get("/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/nothing").statusCode()).isEqualTo(404);
    }

    private static void say(ClusterStatus status) {
        ANSWER.set(CompletableFuture.completedFuture(status));
    }

    private TestConsole.Result run(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "status";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return new TestConsole(directory).run(all);
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private static ClusterStatus.Node node(String id, NodeState state, boolean leads, UnitRange heads) {
        return new ClusterStatus.Node(
                id,
                "127.0.0.1",
                17,
                List.of("shard"),
                state,
                state == NodeState.STANDBY ? "one node more than KV heads" : "",
                leads,
                heads,
                heads,
                heads,
                heads.count() * 1024L,
                1,
                1,
                leads ? WORKING : NodeFigures.NONE);
    }
}
