/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.compression.KvPolicy;
import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.decoding.PastTurn;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes that have little KV memory: sessions shrink, idle ones too, and a node that goes makes it scarcer still; logs say it all. */
@Timeout(180)
final class ShortMemoryTest {
    private static final int SESSIONS = 6;
    /** For less than 512 entries of each head of a node that has one of three, 256 where it has two; a session comes to 175. */
    private static final long LIMIT = 2L << 20;

    private KvOptions kv = KvOptions.NONE;
    private Path model = Path.of("");
    private final Map<Long, List<BudgetEvent>> budgets = new HashMap<>();

    @BeforeEach
    void write(@TempDir Path directory) throws Exception {
        model = TinyModel.create()
                .layers(4)
                .heads(3, 3)
                .headDim(256)
                .contextLength(256)
                .write(directory);
        kv = new KvOptions(KvPolicy.parse("h2o:allocation=adaptive"), 120, 16, 8192);
    }

    @Test
    void sessionsShrinkWhereTheWorstCaseOfAllWouldNotFitAndSurviveTheLossOfANode() throws Exception {
        List<Generate> asked = new ArrayList<>();
        for (int id = 1; id <= SESSIONS; id++) {
            asked.add(asked(id, 25, id == 1));
        }
        Map<Long, List<Token>> heard = new HashMap<>();
        try (TinyCluster cluster = new TinyCluster(model, false, 3, OptionalLong.of(LIMIT))) {
            cluster.gateway.awaitServing(TinyCluster.SERVES, _ -> {});
            AtomicBoolean gone = new AtomicBoolean();
            try (DecodeClient client = cluster.gateway.client()) {
                heard.putAll(decode(client, asked.subList(0, 1), _ -> {}));
                assertThat(budgets(asked.getFirst())).as("alone").isEmpty();
                heard.putAll(decode(client, asked.subList(1, SESSIONS), event -> {
                    if (event instanceof BudgetChanged && gone.compareAndSet(false, true)) {
                        ClusterNode lost = cluster.shards.getFirst();
                        cluster.gateway.down(lost.address());
                        Thread.ofPlatform().start(lost::close);
                    }
                }));
                assertThat(gone).isTrue();
                assertThat(client.figures().nodes()).isEqualTo(2);
            }
        }
        List<Generate> logs =
                asked.stream().map(one -> one.withBudgets(budgets(one))).toList();
        assertThat(heard).isEqualTo(replay(model, logs));
    }

    @Test
    void anIdleSessionThatHasShrunkGoesOnWithItsLog() throws Exception {
        Generate first = asked(1, 25, true);
        List<Token> second;
        Generate next;
        try (TinyCluster cluster = new TinyCluster(model, false, 1, OptionalLong.of(2 * LIMIT))) {
            cluster.gateway.awaitServing(TinyCluster.SERVES, _ -> {});
            try (DecodeClient client = cluster.gateway.client()) {
                List<Token> answer = Objects.requireNonNull(
                        decode(client, List.of(first), _ -> {}).get(1L));
                List<Generate> others = new ArrayList<>();
                for (int id = 2; id <= SESSIONS; id++) {
                    others.add(asked(id, 25, false));
                }
                decode(client, others, _ -> {});
                assertThat(budgets(first)).as("while it was idle").isNotEmpty();
                awaitStatus(cluster, budgets(first).getLast().budget());
                next = next(first, answer);
                second = decode(client, List.of(next), _ -> {}).get(1L);
            }
        }
        assertThat(second)
                .isEqualTo(
                        replay(model, List.of(next.withBudgets(budgets(first)))).get(1L));
    }

    /** The nodes' figures come each second. */
    private static void awaitStatus(TinyCluster cluster, int budget) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            ClusterStatus status =
                    cluster.gateway.status().toCompletableFuture().get(5, TimeUnit.SECONDS);
            assertThat(status.sessions().shrunk()).isEqualTo(1);
            assertThat(status.sessions().leastBudget()).isEqualTo(budget);
            assertThat(status.nodes()).singleElement().satisfies(node -> {
                assertThat(node.figures().kvLimitBytes()).isEqualTo(2 * LIMIT);
                assertThat(node.figures().kvBytes()).isPositive().isLessThanOrEqualTo(2 * LIMIT);
            });
        });
    }

    /** The session's second turn, with the budgets that its log has by now. */
    private Generate next(Generate first, List<Token> answer) {
        int[] told = answer.stream().mapToInt(Token::token).toArray();
        TokenIds log =
                first.log().plus(told).plus(new Random(99).ints(20, 0, 256).toArray());
        int end = first.log().size() + told.length;
        return new Generate(
                        1,
                        log,
                        0,
                        first.sampling(),
                        5,
                        new TurnOptions(20, List.of(), true),
                        true,
                        kv,
                        List.of(new PastTurn(first.log().size(), end)))
                .withBudgets(List.copyOf(budgets(first)));
    }

    private List<BudgetEvent> budgets(Generate one) {
        return budgets.computeIfAbsent(one.session(), _ -> new ArrayList<>());
    }

    /** Decodes all to their ends, and notes what happens to budgets, also later on. */
    private Map<Long, List<Token>> decode(DecodeClient client, List<Generate> requests, Consumer<DecodeEvent> every) {
        Map<Long, List<Token>> heard = new HashMap<>();
        List<DecodeEvent> ends = new ArrayList<>();
        for (Generate request : requests) {
            List<Token> tokens = new ArrayList<>();
            heard.put(request.session(), tokens);
            client.submit(request, event -> {
                switch (event) {
                    case Token token -> tokens.add(token);
                    case BudgetChanged changed -> budgets(request).add(changed.event());
                    case Ended _, Failed _ -> ends.add(event);
                    case Prefilled _, Scored _ -> {}
                }
                every.accept(event);
            });
        }
        Awaitility.await().atMost(TinyCluster.SERVES).until(() -> {
            client.await(Duration.ofMillis(100));
            return ends.size() == requests.size();
        });
        assertThat(ends).allMatch(Ended.class::isInstance);
        return heard;
    }

    /** The same on one engine that has all the memory it wants, of the logs alone. */
    private static Map<Long, List<Token>> replay(Path model, List<Generate> requests) throws Exception {
        Map<Long, List<Token>> tokens = new HashMap<>();
        TinyCluster.alone(model, requests)
                .forEach((session, events) -> tokens.put(
                        session,
                        events.stream()
                                .filter(Token.class::isInstance)
                                .map(Token.class::cast)
                                .toList()));
        return tokens;
    }

    private Generate asked(long id, int answer, boolean keep) {
        int[] prompt = new Random(id).ints(150, 0, 256).toArray();
        SamplingOptions drawn = SamplingOptions.builder().temperature(1.1).build();
        TurnOptions turn = new TurnOptions(answer, List.of(), true);
        return new Generate(id, TokenIds.of(prompt), 0, drawn, id, turn, keep, kv, List.of());
    }
}
