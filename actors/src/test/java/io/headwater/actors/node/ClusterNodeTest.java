/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.actors.plan.NodeState;
import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.decoding.DecodeRequest.Score;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.actor.PoisonPill;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole nodes in one process: the answers are those of one engine, whatever nodes come and go. */
@Timeout(180)
final class ClusterNodeTest {
    @TempDir
    static Path directory;

    private static Path model = Path.of("");

    @BeforeAll
    static void write() throws IOException {
        model = TinyModel.create().heads(6, 3).headDim(32).contextLength(256).write(directory);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void threeNodesGiveTheTokensAndLogProbabilitiesOfOneEngine(boolean udp) throws Exception {
        List<DecodeRequest> requests = List.of(
                generate(1, 40, SamplingOptions.builder().logprobs(3).build()),
                generate(
                        2,
                        40,
                        SamplingOptions.builder()
                                .temperature(0.9)
                                .topK(40)
                                .logprobs(2)
                                .build()),
                new Score(3, prompt(30), 1, 5, 4));
        Map<Long, List<DecodeEvent>> alone = TinyCluster.alone(model, requests);
        try (TinyCluster cluster = new TinyCluster(model, udp, 3, OptionalLong.empty())) {
            ClusterNode.ServingPlan plan = cluster.gateway.awaitServing(TinyCluster.SERVES, _ -> {});
            assertThat(plan.nodes()).isEqualTo(3);
            assertThat(plan.threads()).isEqualTo(3);
            try (DecodeClient client = cluster.gateway.client()) {
                assertThat(TinyCluster.decode(client, requests, _ -> {})).isEqualTo(alone);
                assertThat(client.figures().steps()).isPositive();
                assertThat(client.figures().exchangeBytes()).isPositive();
            }
            ClusterStatus status = status(cluster.gateway);
            assertThat(status.state()).isEqualTo("serving");
            assertThat(status.nodes())
                    .hasSize(3)
                    .allMatch(node -> node.state() == NodeState.SERVING)
                    .extracting(ClusterStatus.Node::id)
                    .containsExactlyInAnyOrderElementsOf(cluster.shards.stream()
                            .map(node -> node.address().toString())
                            .toList());
            assertThat(status.members()).hasSize(4);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1}) // the plan's leader, another one
    void anAnswerSurvivesTheLossOfANodeUnchanged(int victim) throws Exception {
        List<DecodeRequest> requests = List.of(
                generate(1, 200, SamplingOptions.defaults()),
                generate(2, 200, SamplingOptions.builder().temperature(0.8).build()));
        Map<Long, List<DecodeEvent>> alone = TinyCluster.alone(model, requests);
        try (TinyCluster cluster = new TinyCluster(model, false, 3, OptionalLong.empty())) {
            cluster.gateway.awaitServing(TinyCluster.SERVES, _ -> {});
            ClusterNode lost = bySharding(cluster, victim);
            AtomicInteger events = new AtomicInteger();
            try (DecodeClient client = cluster.gateway.client()) {
                Map<Long, List<DecodeEvent>> survived = TinyCluster.decode(client, requests, _ -> {
                    if (events.incrementAndGet() == 20) {
                        cluster.gateway.down(lost.address()); // as a parent does whose child has ended
                        Thread.ofPlatform().start(lost::close);
                    }
                });
                assertThat(survived).isEqualTo(alone);
                assertThat(client.figures().nodes()).isEqualTo(2);
            }
            assertThat(cluster.gateway.gatewayView().resumed()).isPositive();
        }
    }

    @Test
    void aNodeThatJoinsBecomesPartOfThePlanAndOneThatLeavesIsDrained() throws Exception {
        List<DecodeRequest> requests = List.of(generate(1, 60, SamplingOptions.defaults()));
        Map<Long, List<DecodeEvent>> alone = TinyCluster.alone(model, requests);
        try (TinyCluster cluster = new TinyCluster(model, false, 1, OptionalLong.empty())) {
            long first =
                    cluster.gateway.awaitServing(TinyCluster.SERVES, _ -> {}).epoch();
            ClusterNode second = cluster.join();
            awaitNodes(cluster, 2, first);
            try (DecodeClient client = cluster.gateway.client()) {
                assertThat(TinyCluster.decode(client, requests, _ -> {})).isEqualTo(alone);
                assertThat(second.leave(Duration.ofSeconds(30))).isTrue();
                assertThat(second.whenEnded().toCompletableFuture()).isNotDone();
                awaitNodes(cluster, 1, first + 1);
                assertThat(TinyCluster.decode(client, requests, _ -> {})).isEqualTo(alone);
            }
        }
    }

    @Test
    void aNodeThatTheOthersTakeOutHearsThatItHasEnded() throws Exception {
        try (TinyCluster cluster = new TinyCluster(model, false, 2, OptionalLong.empty())) {
            cluster.gateway.awaitServing(TinyCluster.SERVES, _ -> {});
            ClusterNode out = cluster.shards.getFirst();
            cluster.gateway.down(out.address());
            assertThat(out.whenEnded()
                            .toCompletableFuture()
                            .get(20, TimeUnit.SECONDS)
                            .reason())
                    .isNotEmpty();
        }
    }

    @Test
    void aNodeWhoseShardOrGatewayBreaksEnds() throws Exception {
        try (TinyCluster cluster = new TinyCluster(model, false, 1, OptionalLong.empty())) {
            assertThat(endOf(cluster.shards.getFirst(), "head-shard")).contains("head shard has broken");
            assertThat(endOf(cluster.gateway, "gateway")).contains("gateway has broken");
        }
    }

    /** Why a node says that it has ended, once one of its actors has been stopped. */
    private static String endOf(ClusterNode node, String actor) throws Exception {
        ActorSystem<?> system = node.system();
        Adapter.toClassic(system)
                .actorSelection("/user/" + actor)
                .tell(PoisonPill.getInstance(), Adapter.toClassic(system.ignoreRef()));
        return node.whenEnded().toCompletableFuture().get(20, TimeUnit.SECONDS).reason();
    }

    @Test
    void aRequestWaitsForTheMemoryThatAKeptSessionHolds(@TempDir Path other) throws Exception {
        Path deep = TinyModel.create()
                .layers(24)
                .heads(6, 3)
                .headDim(32)
                .contextLength(256)
                .write(other);
        // two slabs of 2 MiB hold 14 blocks of 32 entries of all 72 heads; each request needs 8
        try (TinyCluster cluster = new TinyCluster(deep, false, 1, OptionalLong.of(4 << 20))) {
            cluster.gateway.awaitServing(TinyCluster.SERVES, _ -> {});
            Generate first = kept(generate(1, 1, SamplingOptions.defaults()), 230);
            try (DecodeClient client = cluster.gateway.client()) {
                List<DecodeEvent> heard = new ArrayList<>();
                client.submit(first, heard::add);
                client.submit(generate(2, 230, SamplingOptions.defaults()), heard::add);
                awaitEnds(client, heard, 1);
                assertThat(client.await(Duration.ofMillis(500))).isFalse(); // the second waits
                client.release(1);
                awaitEnds(client, heard, 2);
                assertThat(heard).noneMatch(Failed.class::isInstance);
            }
        }
    }

    private static void awaitEnds(DecodeClient client, List<DecodeEvent> heard, int ends) {
        Awaitility.await().atMost(TinyCluster.SERVES).until(() -> {
            client.await(Duration.ofMillis(100));
            return heard.stream().filter(Ended.class::isInstance).count() == ends;
        });
    }

    /** The same with another limit, and the session's cache kept. */
    private static Generate kept(Generate one, int maxTokens) {
        return new Generate(
                one.session(),
                one.log(),
                one.answered(),
                one.sampling(),
                one.seed(),
                new TurnOptions(maxTokens, List.of(), true),
                true);
    }

    private static ClusterNode bySharding(TinyCluster cluster, int shard)
            throws ExecutionException, InterruptedException, TimeoutException {
        List<ClusterStatus.Node> nodes = status(cluster.gateway).nodes();
        String id = nodes.stream()
                .filter(node -> node.leader() == (shard == 0))
                .findFirst()
                .orElseThrow()
                .id();
        return cluster.shards.stream()
                .filter(node -> node.address().toString().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static void awaitNodes(TinyCluster cluster, int nodes, long after) {
        Awaitility.await().atMost(TinyCluster.SERVES).untilAsserted(() -> {
            ClusterNode.ServingPlan plan = cluster.gateway.awaitServing(TinyCluster.SERVES, _ -> {});
            assertThat(plan.nodes()).isEqualTo(nodes);
            assertThat(plan.epoch()).isGreaterThan(after);
        });
    }

    private static ClusterStatus status(ClusterNode node)
            throws ExecutionException, InterruptedException, TimeoutException {
        return node.status().toCompletableFuture().get(5, TimeUnit.SECONDS);
    }

    private static Generate generate(long session, int tokens, SamplingOptions sampling) {
        return new Generate(
                session, prompt(20 + (int) session), 0, sampling, 17, new TurnOptions(tokens, List.of(), true), false);
    }

    private static TokenIds prompt(int tokens) {
        return TokenIds.of(IntStream.range(0, tokens).map(i -> 30 + i * 7 % 250).toArray());
    }
}
