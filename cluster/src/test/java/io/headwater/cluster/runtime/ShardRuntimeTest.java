/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.headwater.cluster.media.Transport;
import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.decoding.LocalDecodeClient;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several runtimes in one process over real Aeron, held against one engine group that answers each request alone. */
final class ShardRuntimeTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final int REQUESTS = 8;
    private static final int TOKENS = 20;

    private LlamaModel model;
    private Tokenizer tokenizer;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        model = LlamaModel.open(TinyModel.create()
                .contextLength(512)
                .dim(96)
                .ffnDim(160)
                .heads(9, 3)
                .headDim(64)
                .vocabSize(1500)
                .write(directory));
        tokenizer = Tokenizer.of(model.file().metadata());
    }

    @AfterEach
    void close() {
        model.close();
    }

    @ParameterizedTest
    @CsvSource({"IPC, 1", "IPC, 1 1", "UDP, 1 3", "IPC, 2 1 1", "UDP, 1 1 1"})
    void manySequencesGetTheTokensOfEachAlone(Transport transport, String capacities) throws Exception {
        List<Double> shares =
                List.of(capacities.split(" ")).stream().map(Double::valueOf).toList();
        List<Generate> requests = requests();
        try (Nodes nodes = new Nodes(model, transport, shares.size())) {
            nodes.start(1, shares, Duration.ZERO);
            DecodeThread leader = nodes.runtime(0).lead(tokenizer, BatchingOptions.defaults());

            List<Collected> heard = submit(leader, requests);
            await().atMost(DEADLINE)
                    .until(() -> heard.stream().allMatch(Collected::ended)
                            || !nodes.faults().isEmpty());

            assertEquals(Map.of(), nodes.faults());
            for (int i = 0; i < REQUESTS; i++) {
                assertEquals(alone(requests.get(i)).all(), heard.get(i).all(), "request " + i);
            }
            await("followers free what the leader closed")
                    .atMost(DEADLINE)
                    .until(() -> sequences(nodes, shares.size()) == 0);
        }
    }

    @Test
    void aPeerThatGoesIsNamedAndTheOthersGoOnInANewEpoch() throws Exception {
        List<Generate> requests = requests();
        try (Nodes nodes = new Nodes(model, Transport.IPC, 3)) {
            nodes.start(1, List.of(1.0, 1.0, 1.0), Duration.ZERO);
            List<Collected> heard = submit(nodes.runtime(0).lead(tokenizer, BatchingOptions.defaults()), requests);
            await().atMost(DEADLINE).until(() -> heard.stream().allMatch(one -> one.count() >= 3));

            nodes.runtime(2).close();

            await().atMost(DEADLINE).until(() -> nodes.faults().size() == 2);
            for (int shard : new int[] {0, 1}) {
                RuntimeFault.PeerLost lost = assertInstanceOf(
                        RuntimeFault.PeerLost.class, nodes.faults().get(shard));
                assertEquals(2, lost.suspect(), lost.sentence());
            }
            assertTrue(
                    heard.stream().noneMatch(one -> one.all().getLast().contains("Failed")), "no request has failed");

            nodes.start(2, List.of(1.0, 2.0), Duration.ZERO);
            DecodeThread leader = nodes.runtime(0).lead(tokenizer, BatchingOptions.defaults());
            for (int i = 0; i < REQUESTS; i++) {
                if (!heard.get(i).ended()) {
                    leader.submit(heard.get(i).goOn(requests.get(i)), heard.get(i));
                }
            }
            await().atMost(DEADLINE).until(() -> heard.stream().allMatch(Collected::ended));

            for (int i = 0; i < REQUESTS; i++) {
                assertEquals(alone(requests.get(i)).all(), heard.get(i).all(), "request " + i);
            }
        }
    }

    @Test
    void aStartThatWaitsForAPeerCanBeCancelled() throws Exception {
        try (Nodes nodes = new Nodes(model, Transport.IPC, 2)) {
            CountDownLatch loaded = new CountDownLatch(1);
            ShardRuntime waiting = nodes.lonely(2, loaded);
            CompletableFuture<Object> outcome = CompletableFuture.supplyAsync(() -> {
                try {
                    waiting.start();
                    return "started";
                } catch (StartException e) {
                    return e.reason();
                }
            });
            assertTrue(loaded.await(DEADLINE.toSeconds(), TimeUnit.SECONDS));

            waiting.close();

            assertEquals(StartException.Reason.CANCELLED, outcome.get(DEADLINE.toSeconds(), TimeUnit.SECONDS));
            assertFalse(waiting.figures().isPresent());
        }
    }

    @Test
    void aStartThatOutlivesClosingFreesWhatItHasMade() throws Exception {
        try (Nodes nodes = new Nodes(model, Transport.IPC, 2)) {
            CountDownLatch loaded = new CountDownLatch(1);
            CountDownLatch goOn = new CountDownLatch(1);
            ShardRuntime slow = nodes.alone(
                    (done, total) -> {
                        if (done == total) {
                            loaded.countDown();
                            awaitUninterrupted(goOn);
                        }
                    },
                    Duration.ofSeconds(30),
                    Duration.ofMillis(300));
            CompletableFuture<StartException> outcome = CompletableFuture.supplyAsync(
                    () -> assertThrows(StartException.class, slow::start, "it was cancelled"));
            assertTrue(loaded.await(DEADLINE.toSeconds(), TimeUnit.SECONDS));

            CloseException early = assertThrows(CloseException.class, slow::close);
            goOn.countDown();

            assertTrue(String.valueOf(early.getMessage()).contains("did not end within 300 ms"), early.toString());
            assertEquals(
                    StartException.Reason.CANCELLED,
                    outcome.get(DEADLINE.toSeconds(), TimeUnit.SECONDS).reason());
            assertFalse(slow.holdsEngine());
            slow.close();
        }
    }

    @Test
    void aListenerThatHangsIsAFaultAndCannotBeClosed() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        try (Nodes nodes = new Nodes(model, Transport.IPC, 2)) {
            ShardRuntime hangs = nodes.alone(LoadListener.SILENT, Duration.ofMillis(700), Duration.ofMillis(300));
            hangs.start();
            DecodeThread leader = hangs.lead(tokenizer, BatchingOptions.defaults());
            leader.submit(requests().getFirst(), _ -> awaitUninterrupted(goOn));

            await().atMost(DEADLINE).until(() -> !nodes.faults().isEmpty());
            RuntimeFault.EngineBroken broken = assertInstanceOf(
                    RuntimeFault.EngineBroken.class, nodes.faults().get(0));
            assertTrue(broken.sentence().contains("has not come round for 700 ms"), broken.sentence());

            CompletableFuture<CloseException> closing =
                    CompletableFuture.supplyAsync(() -> assertThrows(CloseException.class, hangs::close));
            assertThrows(
                    IllegalStateException.class,
                    () -> hangs.lead(tokenizer, BatchingOptions.defaults()),
                    "and nobody who asks meanwhile waits");
            CloseException hung = closing.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);

            assertTrue(String.valueOf(hung.getMessage()).contains("restart the process"), hung.toString());
            assertTrue(hangs.holdsEngine(), "memory under a running thread stays");
            assertThrows(CloseException.class, hangs::close, "each time");
            goOn.countDown();
            await("only then may the model be closed").atMost(DEADLINE).until(() -> noThread("leader-0-epoch-1"));
        } finally {
            goOn.countDown();
        }
    }

    private static boolean noThread(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals(name));
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            assertTrue(latch.await(DEADLINE.toSeconds(), TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a runtime's threads", e);
        }
    }

    @Test
    void aRuntimeThatWasClosedDoesNotStart() throws Exception {
        try (Nodes nodes = new Nodes(model, Transport.IPC, 2)) {
            ShardRuntime closed = nodes.lonely(1, new CountDownLatch(1));

            closed.close();

            StartException refused = assertThrows(StartException.class, closed::start);
            assertEquals(StartException.Reason.CANCELLED, refused.reason());
        }
    }

    @Test
    void figuresSayWhatIsOwnedAndDone() throws Exception {
        try (Nodes nodes = new Nodes(model, Transport.IPC, 2)) {
            nodes.start(7, List.of(2.0, 1.0), Duration.ofMillis(200));
            List<Collected> heard = submit(nodes.runtime(0).lead(tokenizer, BatchingOptions.defaults()), requests());
            await().atMost(DEADLINE).until(() -> heard.stream().allMatch(Collected::ended));

            ShardFigures leader = nodes.runtime(0).figures().orElseThrow();
            assertEquals(7, leader.epoch());
            assertEquals(2, leader.units().headUnits().count());
            assertTrue(leader.steps() >= TOKENS, leader.toString());
            assertTrue(leader.weightBytes() > 0 && leader.kvBytes() > 0, leader.toString());
            assertTrue(leader.exchange().exchanges() > 0 && leader.exchange().p99Micros() > 0, leader.toString());
            DecodeFigures decode = nodes.runtime(0).decodeFigures().orElseThrow();
            assertEquals((long) REQUESTS * TOKENS, decode.tokens());
        }
    }

    private static long sequences(Nodes nodes, int shards) {
        long open = 0;
        for (int shard = 0; shard < shards; shard++) {
            open += nodes.runtime(shard).figures().orElseThrow().sequences();
        }
        return open;
    }

    private static List<Collected> submit(DecodeThread leader, List<Generate> requests) {
        List<Collected> heard = new ArrayList<>();
        for (Generate request : requests) {
            Collected one = new Collected();
            heard.add(one);
            leader.submit(request, one);
        }
        return heard;
    }

    /** The same request with one engine group for itself. */
    private Collected alone(Generate request) throws Exception {
        Collected heard = new Collected();
        EngineOptions options = EngineOptions.of(1, 1, 256).withChunkRows(Nodes.CHUNK_ROWS);
        try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT);
                LocalDecodeClient client =
                        new LocalDecodeClient(group, tokenizer, BatchingOptions.defaults(), 1, 1, 1)) {
            client.submit(request, heard);
            for (int step = 0; step < 1000 && !heard.ended(); step++) {
                client.await(Duration.ofSeconds(1));
            }
        }
        return heard;
    }

    /** Every other one compressed, each by another policy. */
    private static KvOptions kv(int request) {
        try {
            return switch (request) {
                case 3 -> new KvOptions(KvPolicy.parse("streaming-llm"), 16, 16, 8);
                case 5 -> new KvOptions(KvPolicy.parse("h2o:allocation=adaptive"), 20, 17, 100);
                case 6 -> new KvOptions(KvPolicy.parse("uncomp:allocation=uniform,stages=on/2/1x20"), 24, 16, 40);
                case 7 -> new KvOptions(KvPolicy.parse("snapkv:window=8"), 24, 18, 32);
                default -> KvOptions.NONE;
            };
        } catch (PolicyException e) {
            throw new AssertionError(e);
        }
    }

    /** One in the prompt, two at its end, one in the answer. */
    private static List<BudgetEvent> budgets(KvOptions kv, int prompt) {
        int least = kv.leastBudget();
        return List.of(
                new BudgetEvent(prompt / 2, least + 3),
                new BudgetEvent(prompt, least + 1),
                new BudgetEvent(prompt, kv.budget()),
                new BudgetEvent(prompt + TOKENS / 2, least));
    }

    /** Greedy and sampled by turns, with prompts below and above a step's rows. */
    private static List<Generate> requests() {
        List<Generate> requests = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            int[] prompt = new Random(i).ints(3 + 9L * i, 260, 1500).toArray();
            SamplingOptions sampling = SamplingOptions.builder()
                    .temperature(i % 2 == 0 ? 0 : 0.9)
                    .topP(0.95)
                    .logprobs(3)
                    .build();
            TurnOptions turn = new TurnOptions(TOKENS, List.of(), true);
            Generate request =
                    new Generate(100 + i, TokenIds.of(prompt), 0, sampling, i, turn, false, kv(i), List.of());
            requests.add(kv(i).full() ? request : request.withBudgets(budgets(kv(i), prompt.length)));
        }
        return requests;
    }
}
