/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.KvPolicy;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.model.saved.SnapshotFiles;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Caches that leave the memory, or whose process dies, come back from their snapshots with the same bits, and from the tokens where those are of no use. */
final class ShelvedCachesTest {
    private static final int CONTEXT = 1024;
    private static final int PROMPT = 900;
    private static final int ANSWER = 40;
    private static final long SESSION = 5;
    private static final SamplingOptions DRAWN =
            SamplingOptions.builder().temperature(1.1).logprobs(4).build();

    @TempDir
    private Path directory;

    private KvOptions kv = KvOptions.NONE;
    private Path file = Path.of("");
    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void writeModel() throws Exception {
        file = TinyModel.create().heads(6, 3).headDim(32).contextLength(CONTEXT).write(directory);
        kv = new KvOptions(KvPolicy.parse("ems:gamma=2,tau=0.2,window=8"), 48, 16, 64);
    }

    /** One life of a process. */
    private final class Life implements AutoCloseable {
        private final LlamaModel model = LlamaModel.open(file);
        private final EngineGroup engines;
        private final DecodeLoop loop;

        Life(int nodes, long mostBytes) throws Exception {
            engines = EngineGroup.start(model, EngineOptions.of(nodes, 1, CONTEXT), LoadListener.SILENT);
            SnapshotFiles shelf =
                    SnapshotFiles.open(engines, "the model", directory.resolve("kv"), mostBytes, said::add);
            loop = new DecodeLoop(engines, Tokenizer.of(model.file().metadata()), BatchingOptions.defaults());
            loop.keepOn(shelf);
        }

        Heard run(DecodeRequest request) throws Exception {
            return Heard.run(loop, request);
        }

        /** As a kill does it: nothing more is written. */
        @Override
        public void close() {
            loop.close();
            engines.close();
            model.close();
        }
    }

    private Life life() throws Exception {
        return new Life(1, Long.MAX_VALUE);
    }

    private static TokenIds prompt(int tokens, long seed) {
        return TokenIds.of(new Random(seed).ints(tokens, 0, 256).toArray());
    }

    private DecodeRequest.Generate turn(long session, TokenIds log, int answered, PastTurn... past) {
        return new DecodeRequest.Generate(
                session, log, answered, DRAWN, 3, new TurnOptions(ANSWER, List.of(), true), true, kv, List.of(past));
    }

    private DecodeRequest.Generate first(int answered, Heard known) {
        return turn(SESSION, prompt(PROMPT, 1).plus(Arrays.copyOf(known.ids().toArray(), answered)), answered);
    }

    private DecodeRequest.Generate second(long session, Heard first) {
        TokenIds log =
                prompt(PROMPT, 1).plus(first.ids().toArray()).plus(prompt(70, 2).toArray());
        return turn(session, log, 0, new PastTurn(PROMPT, PROMPT + ANSWER));
    }

    private static int cached(Heard heard) {
        return heard.prefilled().getFirst().done();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("kv"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static void damage(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    @Test
    void aCacheThatLeftTheMemoryComesBackWithTheSameBits() throws Exception {
        for (KvOptions each : List.of(kv, KvOptions.NONE)) {
            kv = each;
            try (Life life = life()) {
                Heard first = life.run(turn(SESSION, prompt(PROMPT, 1), 0));
                Heard staying = life.run(second(SESSION, first));
                life.loop.release(SESSION);
                life.loop.forget(SESSION);
                assertThat(files()).isEmpty();
                life.run(turn(SESSION, prompt(PROMPT, 1), 0));

                life.loop.park(SESSION);
                Heard back = life.run(second(SESSION, first));

                assertThat(cached(back)).isEqualTo(PROMPT + ANSWER - 1).isEqualTo(cached(staying));
                assertThat(back.tokens()).isEqualTo(staying.tokens());
                assertThat(back.ended().figures().headEntries())
                        .isEqualTo(staying.ended().figures().headEntries());
                assertThat(back.ended().figures().compressions())
                        .isEqualTo(staying.ended().figures().compressions());
                life.loop.release(SESSION);
                life.loop.forget(SESSION);
            }
        }
        assertThat(said).isEmpty();
    }

    @Test
    void aCacheThatReadsByStagesComesBackOnOtherShardsAndNeverInTheMiddleOfAnotherSegment() throws Exception {
        kv = new KvOptions(KvPolicy.parse("uncomp:allocation=uniform,stages=on/2/1x24"), 48, 16, 64);
        PastTurn shorter = new PastTurn(PROMPT, PROMPT + ANSWER - 10);
        Heard first;
        Heard staying;
        Heard afterShorter;
        try (Life life = life()) {
            first = life.run(turn(SESSION, prompt(PROMPT, 1), 0));
            staying = life.run(second(SESSION, first));
            assertThat(cached(staying)).isEqualTo(PROMPT + ANSWER - 1);
            life.loop.release(SESSION);
            life.loop.forget(SESSION);
            afterShorter = life.run(turn(SESSION, second(SESSION, first).log(), 0, shorter));
            assertThat(afterShorter.tokens()).isNotEqualTo(staying.tokens());
            life.loop.release(SESSION);
            life.loop.forget(SESSION);
        }
        for (boolean same : new boolean[] {true, false}) {
            try (Life life = life()) {
                life.run(turn(SESSION, prompt(PROMPT, 1), 0));
                life.loop.park(SESSION);
            }
            try (Life next = new Life(3, Long.MAX_VALUE)) {
                Heard back = next.run(
                        same
                                ? second(SESSION, first)
                                : turn(SESSION, second(SESSION, first).log(), 0, shorter));
                assertThat(back.tokens()).isEqualTo(same ? staying.tokens() : afterShorter.tokens());
                assertThat(cached(back) == PROMPT + ANSWER - 1).isEqualTo(same);
                next.loop.release(SESSION);
                next.loop.forget(SESSION);
            }
        }
        assertThat(said).isEmpty();
    }

    @Test
    void aCacheWhoseBudgetFellWhileItWasIdleComesBackToALogThatKnowsOfItAndIsBuiltAgainForOneThatDoesNot()
            throws Exception {
        Heard first;
        Heard staying;
        try (Life life = life()) {
            first = life.run(turn(SESSION, prompt(PROMPT, 1), 0));
            assertThat(life.loop.budget(SESSION, 24)).isTrue();
            assertThat(first.budgets()).containsExactly(new BudgetEvent(PROMPT + ANSWER - 1, 24));
            life.loop.park(SESSION);
            staying = life.run(second(SESSION, first).withBudgets(first.budgets()));
            assertThat(cached(staying)).isEqualTo(PROMPT + ANSWER - 1);
            life.loop.release(SESSION);
            life.loop.forget(SESSION);
            life.run(turn(SESSION, prompt(PROMPT, 1), 0));
            assertThat(life.loop.budget(SESSION, 24)).isTrue();
            life.loop.park(SESSION);
        }
        try (Life next = new Life(3, Long.MAX_VALUE)) {
            Heard back = next.run(second(SESSION, first).withBudgets(first.budgets()));

            assertThat(cached(back)).isEqualTo(PROMPT + ANSWER - 1);
            assertThat(back.tokens()).isEqualTo(staying.tokens());
            assertThat(back.budgets()).as("it rises again").isNotEmpty().isEqualTo(staying.budgets());
            next.loop.release(SESSION);
            next.loop.forget(SESSION);
            List<BudgetEvent> all = new ArrayList<>(first.budgets());
            all.addAll(back.budgets());
            Heard built = next.run(second(SESSION, first).withBudgets(all));
            assertThat(cached(built)).isZero();
            assertThat(built.tokens()).isEqualTo(staying.tokens());
        }
        try (Life last = life()) {
            last.run(turn(SESSION, prompt(PROMPT, 1), 0));
            assertThat(last.loop.budget(SESSION, 24)).isTrue();
            last.loop.park(SESSION);
            assertThat(cached(last.run(second(SESSION, first))))
                    .as("never told")
                    .isZero();
        }
        assertThat(said).isEmpty();
    }

    @Test
    void afterTheDeathOfTheProcessAnAnswerGoesOnFromTheNewestSnapshotOnOtherShards() throws Exception {
        Heard whole;
        try (Life life = life()) {
            whole = life.run(turn(SESSION, prompt(PROMPT, 1), 0));
        }
        try (Life next = new Life(3, Long.MAX_VALUE)) {
            Heard rest = next.run(first(17, whole));

            assertThat(cached(rest)).isGreaterThanOrEqualTo(512).isLessThan(PROMPT + 17);
            assertThat(rest.tokens()).isEqualTo(whole.tokens().subList(17, ANSWER));
        }
    }

    @Test
    void aCacheOfHeadsOfDifferentLengthIsSavedAsOftenAsTheyAreLongInTheMean() throws Exception {
        kv = new KvOptions(KvPolicy.parse("ems:window=8,allocation=pyramid"), 200, 16, 64);
        Heard whole;
        try (Life life = life()) {
            whole = life.run(turn(SESSION, prompt(PROMPT, 1), 0));
        }
        assertThat(whole.ended().figures().headEntries().stream().flatMap(List::stream))
                .anyMatch(entries -> entries > 320);
        assertThat(files().stream().map(path -> path.getFileName().toString()))
                .as("by the longest head it would be 384 and 768")
                .hasSize(2)
                .anyMatch(name -> name.startsWith("512-"))
                .anyMatch(name -> name.startsWith("768-"));
    }

    @Test
    void aDamagedSnapshotGivesWayToAnOlderOneAndThatToTheTokensWithOneLineEach() throws Exception {
        Heard whole;
        try (Life life = life()) {
            whole = life.run(turn(SESSION, prompt(PROMPT, 1), 0));
            life.loop.park(SESSION);
            assertThat(files()).hasSize(2);
        }
        Path newest = files().stream()
                .filter(path -> path.getFileName().toString().startsWith((PROMPT + ANSWER - 1) + "-"))
                .findFirst()
                .orElseThrow();
        damage(newest);
        try (Life next = life()) {
            Heard second = next.run(second(SESSION, whole));
            assertThat(cached(second)).isBetween(512, PROMPT);
            assertThat(said).hasSize(1).first().asString().contains(newest.toString(), "damaged");
        }
        for (Path path : files()) {
            damage(path);
        }
        try (Life last = life()) {
            Heard second = last.run(second(SESSION, whole));
            Heard other = last.run(second(SESSION + 1, whole));
            assertThat(cached(second)).isZero();
            assertThat(second.tokens()).isEqualTo(other.tokens());
            assertThat(said).hasSizeGreaterThan(1);
        }
    }

    @Test
    void aSnapshotOfOtherTokensIsNotUsed() throws Exception {
        try (Life life = life()) {
            life.run(turn(SESSION, prompt(PROMPT, 1), 0));
            life.loop.park(SESSION);
            TokenIds others = prompt(PROMPT - 100, 1).plus(prompt(300, 9).toArray());

            Heard heard = life.run(turn(SESSION, others, 0));
            Heard fresh = life.run(turn(SESSION + 1, others, 0));

            assertThat(cached(heard)).isLessThanOrEqualTo(PROMPT - 100);
            assertThat(heard.tokens()).isEqualTo(fresh.tokens());
        }
    }

    @Test
    void theNewestTwoOfASessionStayAndOfAllTogetherSoManyBytes() throws Exception {
        try (Life life = life()) {
            for (long session = 1; session <= 3; session++) {
                life.run(turn(session, prompt(2 * PROMPT, session), 0));
                life.loop.park(session);
            }
            assertThat(files()).hasSize(6);
            SnapshotFiles.keepOnly(directory.resolve("kv"), Set.of(2L, 3L));
            assertThat(files()).hasSize(4);
        }
        long size = Files.size(files().getFirst());
        try (Life life = new Life(1, 2 * size + size / 2)) {
            assertThat(files()).hasSize(2);
            life.run(turn(9, prompt(PROMPT, 9), 0));
            life.loop.park(9);
            assertThat(files()).hasSize(2).allMatch(path -> path.toString().contains("0000000000000009"));
        }
        assertThat(said).isEmpty();
    }

    @Test
    void whatCannotBeSavedIsSaidOnceAndHarmsNothing() throws Exception {
        try (Life life = life()) {
            Heard first = life.run(turn(SESSION, prompt(PROMPT, 1), 0));
            life.loop.release(SESSION);
            life.loop.forget(SESSION);
            Files.writeString(directory.resolve("kv").resolve("0000000000000005"), "where the folder must be");

            Heard again = life.run(turn(SESSION, prompt(PROMPT, 1), 0));
            life.loop.park(SESSION);

            assertThat(again.tokens()).isEqualTo(first.tokens());
            assertThat(said).hasSize(1).first().asString().contains("caches are not saved now");
        }
    }
}
