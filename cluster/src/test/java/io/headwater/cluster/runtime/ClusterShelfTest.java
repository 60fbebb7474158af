/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headwater.cluster.media.Transport;
import io.headwater.compression.KvPolicy;
import io.headwater.model.decoding.BatchingOptions;
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
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Caches of a plan's sessions, over real Aeron: each node writes its heads, and the nodes of the next plan have them back, all or none. The tokens are those of
 * an engine in one process that reads everything.
 */
final class ClusterShelfTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);
    private static final int CONTEXT = 1024;
    private static final int PROMPT = 600;
    private static final int ANSWER = 60;
    private static final long SESSION = 5;
    private static final SamplingOptions DRAWN =
            SamplingOptions.builder().temperature(1.1).build();
    private static final TurnOptions TURN = new TurnOptions(ANSWER, List.of(), true);

    @TempDir
    private Path directory;

    private LlamaModel model;
    private Tokenizer tokenizer;
    private KvOptions kv = KvOptions.NONE;

    @BeforeEach
    void open() throws Exception {
        model = LlamaModel.open(TinyModel.create()
                .layers(2)
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

    private Nodes nodes(Map<Integer, Path> folders) {
        Nodes nodes = new Nodes(model, Transport.IPC, 3);
        nodes.memory(EngineOptions.of(1, 1, CONTEXT).withChunkRows(Nodes.CHUNK_ROWS), Map.of());
        nodes.folders(folders);
        return nodes;
    }

    private Map<Integer, Path> shared() {
        Path folder = folder("kv");
        return Map.of(0, folder, 1, folder, 2, folder);
    }

    private Path folder(String name) {
        return directory.resolve(name);
    }

    private DecodeThread lead(Nodes nodes, long epoch, Double... capacities) throws Exception {
        nodes.start(epoch, List.of(capacities), Duration.ZERO);
        return nodes.runtime(0).lead(tokenizer, BatchingOptions.defaults().withMaxLeft(2));
    }

    private static Collected run(DecodeThread leader, Generate request, Nodes nodes) {
        Collected heard = new Collected();
        leader.submit(request, heard);
        await().atMost(DEADLINE).until(() -> heard.ended() || !nodes.faults().isEmpty());
        assertThat(nodes.faults()).isEmpty();
        return heard;
    }

    private static void park(DecodeThread leader, long session) throws InterruptedException {
        CountDownLatch parked = new CountDownLatch(1);
        assertThat(leader.park(session, parked::countDown)).isTrue();
        assertThat(parked.await(DEADLINE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    private Generate first() {
        return new Generate(SESSION, prompt(PROMPT, 1), 0, DRAWN, 3, TURN, true, kv, List.of());
    }

    /** The next message of a session, which may have another id in the decode loop by now. */
    private Generate second(Collected answered) {
        TokenIds log = prompt(PROMPT, 1).plus(ids(answered)).plus(7, 8, 9);
        List<PastTurn> past = kv.full() ? List.of() : List.of(new PastTurn(PROMPT, PROMPT + ANSWER));
        return new Generate(900, log, 0, DRAWN, 4, TURN, true, kv, past, List.of(), SESSION);
    }

    private static int[] ids(Collected answered) {
        return answered.tokens().stream().mapToInt(Integer::intValue).toArray();
    }

    private static TokenIds prompt(int tokens, long seed) {
        return TokenIds.of(new Random(seed).ints(tokens, 260, 320).toArray());
    }

    /** What a request comes to on an engine of its own that reads everything. */
    private Collected alone(Generate request) throws Exception {
        Collected heard = new Collected();
        EngineOptions options = EngineOptions.of(1, 1, CONTEXT).withChunkRows(Nodes.CHUNK_ROWS);
        try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT);
                LocalDecodeClient client =
                        new LocalDecodeClient(group, tokenizer, BatchingOptions.defaults(), 1, 1, 1)) {
            client.submit(request, heard);
            for (int step = 0; step < 10_000 && !heard.ended(); step++) {
                client.await(Duration.ofSeconds(1));
            }
        }
        assertThat(heard.cached()).isZero();
        return heard;
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "ems:window=8", "kvzip"})
    void aSessionHasItsCacheBackOnTheNodesOfAnotherPlan(String policy) throws Exception {
        kv = policy.equals("none") ? KvOptions.NONE : new KvOptions(KvPolicy.parse(policy), 96, 32, 256);
        try (Nodes nodes = nodes(shared())) {
            DecodeThread leader = lead(nodes, 1, 1.0, 1.0, 1.0);
            Collected first = run(leader, first(), nodes);
            park(leader, SESSION);
            assertThat(files(folder("kv")).stream()
                            .map(file -> file.getFileName().toString()))
                    .filteredOn(name -> name.startsWith((PROMPT + ANSWER - 1) + "-"))
                    .hasSize(3);

            Collected back = run(lead(nodes, 2, 1.0, 2.0), second(first), nodes);
            Collected again = run(lead(nodes, 3, 1.0), second(first), nodes);

            assertThat(back.cached()).isEqualTo(PROMPT + ANSWER - 1);
            assertThat(again.cached()).isEqualTo(PROMPT + ANSWER - 1);
            assertThat(first.all()).isEqualTo(alone(first()).all());
            List<String> expected = alone(second(first)).all();
            assertThat(back.all()).isEqualTo(expected);
            assertThat(again.all()).isEqualTo(expected);
        }
    }

    @Test
    void whatOneNodeCannotUseNobodyUsesAndTheTokensMakeItGood() throws Exception {
        kv = new KvOptions(KvPolicy.parse("ems:window=8"), 96, 32, 256);
        try (Nodes nodes = nodes(shared())) {
            DecodeThread leader = lead(nodes, 1, 2.0, 1.0);
            Collected first = run(leader, first(), nodes);
            park(leader, SESSION);
            String newest = (PROMPT + ANSWER - 1) + "-";
            Path followers = files(folder("kv")).stream()
                    .filter(file -> file.getFileName().toString().startsWith(newest))
                    .filter(file -> file.getFileName().toString().endsWith(".2-3.kv"))
                    .findFirst()
                    .orElseThrow();
            damage(followers);

            Collected older = run(leader, second(first), nodes);
            assertThat(older.cached()).as("the older one").isBetween(256, PROMPT);
            assertThat(files(folder("kv"))).noneMatch(file -> file.equals(followers));
            park(leader, 900);
            for (Path file : files(folder("kv"))) {
                damage(file);
            }
            Collected read = run(lead(nodes, 2, 1.0, 1.0, 1.0), second(first), nodes);

            assertThat(read.cached()).isZero();
            List<String> expected = alone(second(first)).all();
            assertThat(older.all()).isEqualTo(expected);
            assertThat(read.all()).isEqualTo(expected);
        }
    }

    @Test
    void anAnswerThatLosesItsNodesGoesOnFromItsNewestSnapshot() throws Exception {
        kv = new KvOptions(KvPolicy.parse("h2o:allocation=adaptive"), 64, 32, 256);
        try (Nodes nodes = nodes(shared())) {
            Collected whole = run(lead(nodes, 1, 1.0, 1.0, 1.0), first(), nodes);
            Generate rest = first().told(ids(whole)[0], ids(whole)[1]);

            Collected heard = run(lead(nodes, 2, 1.0, 1.0), rest, nodes);

            assertThat(heard.cached()).isBetween(256, PROMPT);
            assertThat(heard.tokens()).isEqualTo(whole.tokens().subList(2, ANSWER));
        }
    }

    @Test
    void ofNodesWithFoldersOfTheirOwnEachHasItsHeadsAndWhoOwnsOthersReadsTheTokens() throws Exception {
        try (Nodes nodes = nodes(Map.of(0, folder("a"), 1, folder("b"), 2, folder("c")))) {
            DecodeThread leader = lead(nodes, 1, 1.0, 1.0, 1.0);
            Collected first = run(leader, first(), nodes);
            park(leader, SESSION);
            assertThat(files(folder("a"))).hasSize(1);
            assertThat(files(folder("b"))).hasSize(1);

            Collected back = run(lead(nodes, 2, 1.0, 1.0, 1.0), second(first), nodes);
            Collected other = run(lead(nodes, 3, 1.0, 2.0), second(first), nodes);

            assertThat(back.cached()).isEqualTo(PROMPT + ANSWER - 1);
            assertThat(other.cached()).isZero();
            assertThat(other.all()).isEqualTo(back.all());
            assertThat(files(folder("a"))).as("of no use to this plan").isEmpty();
        }
    }

    @Test
    void aSessionThatIsOverLeavesNothing() throws Exception {
        try (Nodes nodes = nodes(Map.of(0, folder("a"), 1, folder("b")))) {
            DecodeThread leader = lead(nodes, 1, 1.0, 1.0);
            run(leader, first(), nodes);
            park(leader, SESSION);
            assertThat(leader.forget(SESSION)).isTrue();
            await().atMost(DEADLINE)
                    .until(() ->
                            files(folder("a")).isEmpty() && files(folder("b")).isEmpty());
        }
    }

    @Test
    void whatOneNodeCannotWriteIsWrittenByNobodyAndTheOneBeforeStays() throws Exception {
        kv = new KvOptions(KvPolicy.parse("ems:window=8"), 96, 32, 256);
        try (Nodes nodes = nodes(Map.of(0, folder("a"), 1, folder("b")))) {
            DecodeThread leader = lead(nodes, 1, 1.0, 2.0);
            Collected first = run(leader, first(), nodes);
            List<Path> before = files(folder("a"));
            assertThat(before).hasSize(2);
            Path followers =
                    Objects.requireNonNull(files(folder("b")).getFirst().getParent());
            for (Path file : files(followers)) {
                Files.delete(file);
            }
            Files.delete(followers);
            Files.writeString(followers, "where the folder must be");
            park(leader, SESSION);

            assertThat(files(folder("a"))).hasSize(1).isSubsetOf(before);
            assertThat(run(leader, second(first), nodes).all())
                    .isEqualTo(alone(second(first)).all());
        }
    }

    @Test
    void whereANodeHasNoFolderNothingIsWritten() throws Exception {
        try (Nodes nodes = nodes(Map.of(0, folder("a")))) {
            DecodeThread leader = lead(nodes, 1, 1.0, 1.0);
            Collected first = run(leader, first(), nodes);
            park(leader, SESSION);

            assertThat(run(leader, second(first), nodes).cached()).isZero();
            assertThat(files(folder("a"))).isEmpty();
        }
    }

    @Test
    void aRequestThatBeginsAsAnotherWentNeedNotReadThatAndTheOtherSessionMayBeginAnew() throws Exception {
        try (Nodes nodes = nodes(Map.of())) {
            DecodeThread leader = lead(nodes, 1, 1.0, 2.0);
            Generate one = plain(1, prompt(60, 1));
            Collected first = run(leader, one, nodes);
            Generate two = plain(2, prompt(60, 1).plus(ids(first)).plus(7, 8));
            Collected second = run(leader, two, nodes);
            Generate three = plain(1, prompt(40, 2)); // while what it left goes on as another's
            Collected third = run(leader, three, nodes);
            Generate four = plain(3, two.log().plus(ids(second)).plus(9));
            Collected fourth = run(leader, four, nodes);

            assertThat(second.cached()).isEqualTo(60 + ANSWER - 1);
            assertThat(third.cached()).isZero();
            assertThat(fourth.cached()).isEqualTo(60 + ANSWER + 2 + ANSWER - 1);
            assertThat(second.all()).isEqualTo(alone(two).all());
            assertThat(third.all()).isEqualTo(alone(three).all());
            assertThat(fourth.all()).isEqualTo(alone(four).all());
            assertThat(nodes.runtime(1).figures().orElseThrow().sequences()).isEqualTo(2);
        }
    }

    private static Generate plain(long id, TokenIds log) {
        return new Generate(id, log, 0, DRAWN, 3, TURN, false);
    }
}
