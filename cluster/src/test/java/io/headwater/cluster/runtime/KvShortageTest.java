/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headwater.cluster.media.Transport;
import io.headwater.compression.KvPolicy;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.decoding.LocalDecodeClient;
import io.headwater.model.decoding.PastTurn;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.tensors.kernels.KvType;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A plan of which one node has little KV memory, over real Aeron: its sessions shrink or wait, the epoch goes on, and each session's tokens are those of its
 * log on engines of one process with all the memory they want.
 */
final class KvShortageTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final int CONTEXT = 1024;
    private static final int BUDGET = 256;
    private static final int LAYERS = 4;
    /** For less than 1,536 entries of a head in all layers; a session comes to 340. */
    private static final long SHORT = 3L << 20;

    private static final SamplingOptions DRAWN =
            SamplingOptions.builder().temperature(1.1).build();

    private LlamaModel model;
    private Tokenizer tokenizer;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        model = LlamaModel.open(TinyModel.create()
                .layers(LAYERS)
                .heads(3, 3)
                .headDim(64)
                .contextLength(CONTEXT)
                .write(directory));
        tokenizer = Tokenizer.of(model.file().metadata());
    }

    @AfterEach
    void close() {
        model.close();
    }

    /** Which node is short, and how heads share their budget: where they compete, a follower may need more than the leader. */
    @ParameterizedTest
    @CsvSource({"1 1 1, 2, 'ems:window=8'", "1 1, 1, 'h2o:allocation=adaptive'", "2 1, 0, 'kv-compress:window=8'"})
    void sessionsShrinkTheIdleOneFirstAndTheEpochGoesOn(String capacities, int shortOne, String policy)
            throws Exception {
        KvOptions kv = new KvOptions(KvPolicy.parse(policy), BUDGET, 64, 512);
        List<Double> shares =
                List.of(capacities.split(" ")).stream().map(Double::valueOf).toList();
        List<Generate> asked = new ArrayList<>();
        List<Collected> heard = new ArrayList<>();
        try (Nodes nodes = new Nodes(model, Transport.IPC, shares.size())) {
            nodes.memory(options(1), Map.of(shortOne, SHORT));
            nodes.start(1, shares, Duration.ZERO);
            DecodeThread leader = nodes.runtime(0).lead(tokenizer, BatchingOptions.defaults());
            asked.add(asked(1, 400, 20, kv));
            heard.add(submit(leader, asked.getFirst()));
            await().atMost(DEADLINE).until(heard.getFirst()::ended);
            assertThat(heard.getFirst().budgets()).as("alone").isEmpty();
            for (int id = 2; id <= 7; id++) {
                asked.add(asked(id, 300, 40, kv));
                heard.add(submit(leader, asked.getLast()));
            }
            awaitAll(heard, nodes);

            assertThat(nodes.faults()).isEmpty();
            assertThat(nodes.runtime(shortOne).figures().orElseThrow().kvBytes())
                    .isLessThanOrEqualTo(SHORT);
        }
        assertThat(heard.getFirst().budgets()).as("the idle one").isNotEmpty();
        assertThat(heard.stream().filter(one -> !one.budgets().isEmpty())).hasSizeGreaterThan(2);
        for (int i = 0; i < asked.size(); i++) {
            int shards = i % 3 + 1;
            assertThat(heard.get(i).all())
                    .as("session %d on %d shards", i + 1, shards)
                    .isEqualTo(
                            replay(shards, heard.get(i).replayed(asked.get(i))).all());
        }
    }

    private static void awaitAll(List<Collected> heard, Nodes nodes) {
        await().atMost(DEADLINE)
                .until(() -> heard.stream().allMatch(Collected::ended)
                        || !nodes.faults().isEmpty());
    }

    @Test
    void whoFindsNoMemoryOnAnotherNodeWaitsAndWhoNeverWillHearsWhy() throws Exception {
        try (Nodes nodes = new Nodes(model, Transport.IPC, 2)) {
            nodes.memory(options(1), Map.of(1, SHORT / 2));
            nodes.start(1, List.of(2.0, 1.0), Duration.ZERO);
            DecodeThread leader = nodes.runtime(0).lead(tokenizer, BatchingOptions.defaults());
            List<Generate> asked = new ArrayList<>();
            List<Collected> heard = new ArrayList<>();
            for (int id = 1; id <= 3; id++) {
                asked.add(asked(id, 400, 60, KvOptions.NONE));
                heard.add(submit(leader, asked.getLast()));
            }
            awaitAll(heard, nodes);

            assertThat(nodes.faults()).isEmpty();
            for (int i = 0; i < asked.size(); i++) {
                assertThat(heard.get(i).all()).isEqualTo(replay(1, asked.get(i)).all());
            }

            nodes.memory(options(1), Map.of(1, 1L << 20));
            nodes.start(2, List.of(2.0, 1.0), Duration.ZERO);
            Collected never = submit(
                    nodes.runtime(0).lead(tokenizer, BatchingOptions.defaults()), asked(1, 600, 1, KvOptions.NONE));
            awaitAll(List.of(never), nodes);
            assertThat(never.all().getLast())
                    .contains("at least 1.2 MiB of KV memory of a node")
                    .contains("may have 1.0 MiB");
        }
    }

    @Test
    void anIdleSessionRepeatsOnAllNodesAndEachTurnOfItsLogReplays() throws Exception {
        KvOptions kv = new KvOptions(KvPolicy.parse("kvzip:when=idle"), BUDGET, 64, 512);
        Generate first = asked(1, 400, 20, kv);
        Collected one;
        Generate second;
        Collected two;
        Generate third;
        Collected three;
        try (Nodes nodes = new Nodes(model, Transport.IPC, 3)) {
            nodes.memory(options(1), Map.of());
            nodes.start(1, List.of(1.0, 1.0, 1.0), Duration.ZERO);
            DecodeThread leader = nodes.runtime(0).lead(tokenizer, BatchingOptions.defaults());
            one = submit(leader, first);
            awaitAll(List.of(one), nodes);
            second = next(first, one); // whatever of it is repeated by now, it goes on
            two = submit(leader, second);
            awaitAll(List.of(two), nodes);
            await().atMost(DEADLINE)
                    .until(() -> !two.budgets().isEmpty()
                            && two.budgets().getLast().repeated() == null
                            && two.budgets().getLast().position() > 440);
            third = next(second, two);
            three = submit(leader, third);
            awaitAll(List.of(three), nodes);
            assertThat(nodes.faults()).isEmpty();
        }
        assertThat(third.budgets()).anyMatch(event -> event.repeated() != null);
        assertThat(two.all()).isEqualTo(replay(1, atItsEnd(second, third)).all());
        assertThat(three.all()).isEqualTo(replay(2, third).all());
    }

    /** A turn of 30 tokens more, of the log as it is now. */
    private static Generate next(Generate asked, Collected heard) {
        Generate told = heard.goOn(asked);
        int prompt = told.log().size() - told.answered();
        List<PastTurn> past = new ArrayList<>(asked.past());
        past.add(new PastTurn(prompt, told.log().size()));
        TokenIds log = told.log().plus(new Random(7).ints(30, 260, 320).toArray());
        return new Generate(asked.session(), log, 0, DRAWN, 9, asked.turn(), true, asked.kv(), past, told.budgets());
    }

    /** An earlier turn with what its log has got of events up to its end, those that came when it was at work included. */
    private static Generate atItsEnd(Generate earlier, Generate later) {
        int end = earlier.log().size() + earlier.turn().maxTokens();
        return earlier.withBudgets(later.budgets().stream()
                .filter(event -> event.position() < end - 1)
                .toList());
    }

    @Test
    void whatCompletionsHaveLeftGivesWayBeforeAnybodyShrinksOrWaits() throws Exception {
        KvOptions kv = new KvOptions(KvPolicy.parse("ems:window=8"), BUDGET, 64, 512);
        try (Nodes nodes = new Nodes(model, Transport.IPC, 2)) {
            nodes.memory(options(1), Map.of(1, SHORT));
            nodes.start(1, List.of(1.0, 2.0), Duration.ZERO);
            DecodeThread leader =
                    nodes.runtime(0).lead(tokenizer, BatchingOptions.defaults().withMaxLeft(8));
            for (int id = 1; id <= 4; id++) {
                Collected heard = submit(leader, plain(id, 300));
                awaitAll(List.of(heard), nodes);
                assertThat(heard.all()).isEqualTo(replay(1, plain(id, 300)).all());
            }
            assertThat(nodes.runtime(1).figures().orElseThrow().sequences())
                    .as("left")
                    .isGreaterThanOrEqualTo(2);
            Generate session = asked(9, 400, 20, kv);
            Collected heard = submit(leader, session);
            awaitAll(List.of(heard), nodes);

            assertThat(nodes.faults()).isEmpty();
            assertThat(heard.budgets()).isEmpty();
            assertThat(heard.all()).isEqualTo(replay(1, session).all());
            assertThat(nodes.runtime(1).figures().orElseThrow().sequences())
                    .as("not all five stay")
                    .isBetween(1, 4);
        }
    }

    /** A completion: its cache is left to others. */
    private static Generate plain(long id, int prompt) {
        int[] tokens = new Random(id).ints(prompt, 260, 320).toArray();
        return new Generate(id, TokenIds.of(tokens), 0, DRAWN, id, new TurnOptions(5, List.of(), true), false);
    }

    private static Collected submit(DecodeThread leader, Generate request) {
        Collected heard = new Collected();
        leader.submit(request, heard);
        return heard;
    }

    /** The whole request again where memory has no limit, on shards of this process. */
    private Collected replay(int shards, Generate request) throws Exception {
        Collected heard = new Collected();
        try (EngineGroup group = EngineGroup.start(model, options(shards), LoadListener.SILENT);
                LocalDecodeClient client =
                        new LocalDecodeClient(group, tokenizer, BatchingOptions.defaults(), 1, 1, 1)) {
            client.submit(request, event -> {
                assertThat(event).as("the log has all of them").isNotInstanceOf(DecodeEvent.BudgetChanged.class);
                heard.on(event);
            });
            for (int step = 0; step < 10_000 && !heard.ended(); step++) {
                client.await(Duration.ofSeconds(1));
            }
            client.release(request.session());
        }
        return heard;
    }

    private static EngineOptions options(int shards) {
        return EngineOptions.of(shards, 1, CONTEXT)
                .withChunkRows(Nodes.CHUNK_ROWS)
                .withKvType(KvType.F32);
    }

    private static Generate asked(long id, int prompt, int answer, KvOptions kv) {
        int[] tokens = new Random(id).ints(prompt, 260, 320).toArray();
        TurnOptions turn = new TurnOptions(answer, List.of(), true);
        return new Generate(id, TokenIds.of(tokens), 0, DRAWN, id, turn, true, kv, List.of());
    }
}
