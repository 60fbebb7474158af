/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.KvPolicy;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.HashingEngine;
import io.headwater.model.engine.HashingEngine.Fingerprint;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.model.saved.SnapshotFiles;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sessions that repeat their context while they are idle ({@code when=idle}): what was repeated, and how far, is in the log, so other layouts, other batches
 * and caches from the shelf have the same tokens and the same state, to the last bit; also where a message came in the middle.
 */
final class IdleReconstructionTest {
    private static final int CONTEXT = 1088;
    private static final int PROMPT = 760;
    private static final int MORE = 60;
    private static final int ANSWER = 24;
    private static final int BUDGET = 56;
    private static final int LIMIT = 512;
    /** Where the first answer leaves the cache. */
    private static final int IDLE = PROMPT + ANSWER - 1;

    private static final int CHUNK = 37;
    private static final SamplingOptions DRAWN =
            SamplingOptions.builder().temperature(1.1).logprobs(2).build();

    @TempDir
    private Path directory;

    private Path file = Path.of("");
    private KvOptions kv = KvOptions.NONE;

    @BeforeEach
    void writeModel() throws Exception {
        file = TinyModel.create().heads(6, 3).headDim(32).contextLength(CONTEXT).write(directory);
        kv = kv("kvzip:when=idle");
    }

    private static KvOptions kv(String policy) throws Exception {
        return new KvOptions(KvPolicy.parse(policy), BUDGET, 16, LIMIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kvzip:when=idle",
                "kvzip:when=idle,allocation=uniform",
                "ems:window=8,score=reconstruction,when=idle"
            })
    void anIdleSessionRepeatsAllOnceFallsToItsBudgetAndItsLogReplaysOnAnyLayout(String policy) throws Exception {
        kv = kv(policy);
        Heard first = new Heard();
        Heard second = new Heard();
        Fingerprint[] state = new Fingerprint[1];
        with(options(1).withChunkRows(CHUNK), engine -> {
            DecodeLoop loop = loop(engine);
            answer(loop, first(), first);
            assertThat(first.budgets()).as("as long as it is at work").isEmpty();
            assertThat(first.ended().figures().compressions())
                    .as("at the limit, not at the prompt's end nor in the answer")
                    .isEqualTo(1);
            assertThat(mean(first)).isGreaterThan(BUDGET + PROMPT - LIMIT);
            idle(loop);
            int events = first.budgets().size();
            assertThat(loop.step()).as("it does not begin again").isFalse();
            assertThat(first.budgets()).hasSize(events);

            answer(loop, second(first).withBudgets(first.budgets()), second);
            assertThat(second.prefilled().getFirst().done())
                    .as("the kept cache goes on")
                    .isEqualTo(IDLE);
            loop.release(5);
            state[0] = engine.closed().getLast();
        });
        List<BudgetEvent> events = first.budgets();
        assertThat(events)
                .as("two parts, as large as the context has room for, then the budget")
                .hasSize(3);
        assertThat(events).allMatch(event -> event.position() == IDLE && event.budget() == BUDGET);
        assertThat(events.get(0).repeated()).isNotNull();
        assertThat(events.get(1).repeated()).extracting(RepeatedPart::to).isEqualTo(IDLE);
        assertThat(events.get(2).repeated()).isNull();
        assertThat(mean(second)).isLessThanOrEqualTo(BUDGET + MORE + ANSWER);
        assertThat(second.ended().figures().repeats()).isEqualTo(2);
        assertThat(second.ended().figures().budgetChanges()).isEqualTo(1);

        int[] cuts = {17, 0, ANSWER - 1};
        List<EngineOptions> layouts = List.of(
                options(1).withChunkRows(1),
                options(2).withChunkRows(7),
                options(3).withChunkRows(64));
        for (int i = 0; i < layouts.size(); i++) {
            int cut = cuts[i];
            DecodeRequest.Generate again = second(first)
                    .told(Arrays.copyOf(second.ids().toArray(), cut))
                    .withBudgets(events);
            same(layouts.get(i), again, second, cut, state[0]);
        }
        with(options(1), engine -> {
            Heard without = new Heard();
            DecodeLoop loop = loop(engine);
            answer(loop, second(first), without);
            loop.close();
            assertThat(without.tokens()).as("the events have influence").isNotEqualTo(second.tokens());
        });
    }

    /** After one step, in the middle of the first part, of the second one, and when all is repeated but nothing brought down. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 9, 10})
    void aMessageThatComesInTheMiddleGoesOnAtOnceAndTheRestIsRepeatedLater(int steps) throws Exception {
        Heard first = new Heard();
        Heard second = new Heard();
        Heard third = new Heard();
        Fingerprint[] state = new Fingerprint[1];
        with(options(1).withChunkRows(CHUNK), engine -> {
            DecodeLoop loop = loop(engine);
            answer(loop, first(), first);
            for (int i = 0; i < steps; i++) {
                assertThat(loop.step()).isTrue();
            }
            int known = first.budgets().size();
            assertThat(first.budgets()).noneMatch(event -> event.repeated() == null);
            answer(loop, second(first).withBudgets(first.budgets()), second);
            assertThat(first.budgets()).as("the first listener hears no more").hasSize(known);
            assertThat(second.prefilled().getFirst().done()).isEqualTo(IDLE);
            idle(loop);
            answer(loop, third(first, second), third);
            loop.release(5);
            state[0] = engine.closed().getLast();
        });
        List<BudgetEvent> events = events(first, second);
        int end = PROMPT + MORE + 2 * ANSWER - 1;
        assertThat(events.getLast()).isEqualTo(new BudgetEvent(end, BUDGET));
        assertThat(events.get(events.size() - 2).repeated())
                .extracting(RepeatedPart::to)
                .isEqualTo(end);
        assertThat(events.getFirst().position()).isEqualTo(IDLE);
        assertThat(events.getFirst().repeated()).isNotNull();
        same(options(3).withChunkRows(29), third(first, second), third, 0, state[0]);
        same(options(2), third(first, second).told(Arrays.copyOf(third.ids().toArray(), 5)), third, 5, state[0]);
    }

    @Test
    void aRequestThatCrossedTheEventsOnTheirWayGoesOnFromTheCacheAndHearsOfThem() throws Exception {
        Heard first = new Heard();
        Heard second = new Heard();
        Fingerprint[] state = new Fingerprint[1];
        with(options(1).withChunkRows(CHUNK), engine -> {
            DecodeLoop loop = loop(engine);
            answer(loop, first(), first);
            idle(loop);
            answer(loop, second(first), second);
            loop.release(5);
            state[0] = engine.closed().getLast();
        });

        assertThat(second.prefilled().getFirst().done()).isEqualTo(IDLE);
        assertThat(second.budgets()).isEqualTo(first.budgets()).hasSize(3);
        same(options(2), second(first).withBudgets(first.budgets()), second, 0, state[0]);
    }

    @Test
    void besideOthersItRepeatsAFewRowsAStepAndNobodysTokensChange() throws Exception {
        DecodeRequest.Generate other =
                new DecodeRequest.Generate(8, prompt(30, 8), 0, DRAWN, 8, new TurnOptions(450, List.of(), true), true);
        Heard first = new Heard();
        Heard beside = new Heard();
        Heard second = new Heard();
        Fingerprint[] state = new Fingerprint[1];
        with(options(1).withChunkRows(CHUNK), engine -> {
            DecodeLoop loop = loop(engine);
            loop.submit(other, beside);
            answer(loop, first(), first);
            assertThat(beside.over()).isFalse();
            int told = beside.tokens().size();
            while (first.budgets().isEmpty()) {
                assertThat(loop.step()).isTrue();
            }
            assertThat(beside.tokens().size() - told)
                    .as("a token a step, beside at most eight rows or so")
                    .isGreaterThan(20);
            assertThat(beside.over()).isFalse();
            idle(loop);
            assertThat(beside.over()).isTrue();
            loop.release(8);
            answer(loop, second(first).withBudgets(first.budgets()), second);
            loop.release(5);
            state[0] = engine.closed().getLast();
        });
        same(options(1).withChunkRows(64), second(first).withBudgets(first.budgets()), second, 0, state[0]);
        with(options(1), engine -> {
            Heard alone = new Heard();
            DecodeLoop loop = loop(engine);
            answer(loop, other, alone);
            loop.close();
            assertThat(beside.tokens()).isEqualTo(alone.tokens());
        });
    }

    @Test
    void onlyWhatIsNewIsRepeatedNextTime() throws Exception {
        Heard first = new Heard();
        Heard second = new Heard();
        with(options(1), engine -> {
            DecodeLoop loop = loop(engine);
            answer(loop, first(), first);
            idle(loop);
            answer(loop, second(first).withBudgets(first.budgets()), second);
            idle(loop);
            loop.release(5);
        });

        assertThat(second.budgets()).hasSize(2);
        RepeatedPart part = Objects.requireNonNull(second.budgets().getFirst().repeated());
        assertThat(part.to()).isEqualTo(PROMPT + MORE + 2 * ANSWER - 1);
        assertThat(part.rows()).as("the request and what is new").isLessThan(MORE + ANSWER + 100);
    }

    @Test
    void aCacheThatLeftTheMemoryInTheMiddleOrAfterwardsComesBackWithTheSameBits() throws Exception {
        for (int steps : new int[] {3, 10_000}) {
            Heard first = new Heard();
            Heard second = new Heard();
            Path shelf = directory.resolve("kv-" + steps);
            try (Life life = new Life(1, shelf)) {
                answer(life.loop, first(), first);
                for (int i = 0; i < steps && life.loop.step(); i++) {}
                life.loop.park(5);
                assertThat(first.budgets()).isNotEmpty();
                answer(life.loop, second(first).withBudgets(first.budgets()), second);
                assertThat(second.prefilled().getFirst().done())
                        .as("from the shelf")
                        .isEqualTo(IDLE);
                life.loop.release(5);
                Heard again = new Heard();
                answer(life.loop, first(), again);
                for (int i = 0; i < steps && life.loop.step(); i++) {}
                life.loop.park(5);
                assertThat(again.budgets()).isEqualTo(first.budgets());
            }
            try (Life life = new Life(2, shelf)) {
                Heard back = new Heard();
                answer(life.loop, second(first).withBudgets(first.budgets()), back);

                assertThat(back.prefilled().getFirst().done()).isEqualTo(IDLE);
                assertThat(back.tokens()).isEqualTo(second.tokens());
                life.loop.release(5);
            }
            with(options(3), engine -> {
                Heard rebuilt = new Heard();
                DecodeLoop loop = loop(engine);
                answer(loop, second(first).withBudgets(first.budgets()), rebuilt);
                loop.release(5);
                assertThat(rebuilt.prefilled().getFirst().done()).isZero();
                assertThat(rebuilt.tokens()).isEqualTo(second.tokens());
            });
        }
    }

    @Test
    void thePrefillLimitRepeatsAndBringsDownInAnAnswerToo() throws Exception {
        kv = new KvOptions(KvPolicy.parse("kvzip:when=idle"), BUDGET, 16, 300);
        DecodeRequest.Generate asked = asked(prompt(290, 1), List.of());
        Heard live = new Heard();
        Fingerprint[] state = new Fingerprint[1];
        with(options(1).withChunkRows(CHUNK), engine -> {
            DecodeLoop loop = loop(engine);
            answer(loop, asked, live);
            assertThat(live.ended().figures().compressions()).isEqualTo(1);
            assertThat(mean(live)).isLessThanOrEqualTo(BUDGET + ANSWER);
            loop.release(5);
            state[0] = engine.closed().getLast();
        });
        same(options(3).withChunkRows(64), asked, live, 0, state[0]);
        same(options(2), asked.told(Arrays.copyOf(live.ids().toArray(), 15)), live, 15, state[0]);
    }

    @Test
    void whatTheLogSaysWasLeftOutIsNotRepeated() throws Exception {
        kv = kv("kvzip");
        DecodeRequest.Generate asked = asked(prompt(300, 1), List.of());
        DecodeRequest.Generate without =
                asked.withBudgets(List.of(new BudgetEvent(299, BUDGET, new RepeatedPart(0, 299))));
        Heard live = new Heard();
        Fingerprint[] state = new Fingerprint[1];
        with(options(1).withChunkRows(CHUNK), engine -> {
            DecodeLoop loop = loop(engine);
            Heard repeated = new Heard();
            answer(loop, asked, repeated);
            loop.release(5);
            answer(loop, without, live);
            loop.release(5);
            state[0] = engine.closed().getLast();
            assertThat(live.tokens()).isNotEqualTo(repeated.tokens());
            assertThat(engine.closed().getFirst().heads()).isNotEqualTo(state[0].heads());
        });
        same(options(3), without, live, 0, state[0]);
    }

    @Test
    void whoeverIsReleasedWhileItRepeatsIsGone() throws Exception {
        Heard first = new Heard();
        with(options(1).withChunkRows(CHUNK), engine -> {
            DecodeLoop loop = loop(engine);
            answer(loop, first(), first);
            assertThat(loop.step()).isTrue();
            loop.release(5);
            assertThat(loop.step()).isFalse();
            assertThat(first.budgets()).isEmpty();
        });
    }

    /** The second or third turn again of its log, in a fresh loop: the same from there on, and the same state. */
    private void same(EngineOptions options, DecodeRequest.Generate again, Heard live, int cut, Fingerprint state)
            throws Exception {
        with(options, engine -> {
            Heard heard = new Heard();
            DecodeLoop loop = loop(engine);
            answer(loop, again, heard);
            assertThat(heard.tokens())
                    .as("%s, built again at %d", options, cut)
                    .isEqualTo(live.tokens().subList(cut, live.tokens().size()));
            assertThat(heard.budgets()).as("its log has them").isEmpty();
            loop.release(again.session());
            Fingerprint closed = engine.closed().getLast();
            assertThat(closed.position()).isEqualTo(state.position());
            assertThat(closed.lengths()).isEqualTo(state.lengths());
            assertThat(closed.heads()).isEqualTo(state.heads());
        });
    }

    private static void answer(DecodeLoop loop, DecodeRequest request, Heard heard) throws EngineException {
        loop.submit(request, heard);
        while (!heard.over()) {
            assertThat(loop.step()).isTrue();
        }
        assertThat(heard.ended().figures()).isNotNull();
    }

    private static void idle(DecodeLoop loop) throws EngineException {
        while (loop.step()) {}
    }

    private static double mean(Heard heard) {
        return heard.ended().figures().headEntries().stream()
                .flatMap(List::stream)
                .mapToInt(Integer::intValue)
                .average()
                .orElseThrow();
    }

    private static List<BudgetEvent> events(Heard... heard) {
        List<BudgetEvent> all = new ArrayList<>();
        for (Heard one : heard) {
            all.addAll(one.budgets());
        }
        return all;
    }

    private DecodeRequest.Generate first() {
        return asked(prompt(PROMPT, 1), List.of());
    }

    private DecodeRequest.Generate second(Heard first) {
        TokenIds log = prompt(PROMPT, 1)
                .plus(first.ids().toArray())
                .plus(prompt(MORE, 2).toArray());
        return asked(log, List.of(new PastTurn(PROMPT, PROMPT + ANSWER)));
    }

    private DecodeRequest.Generate third(Heard first, Heard second) {
        TokenIds log = second(first)
                .log()
                .plus(second.ids().toArray())
                .plus(prompt(MORE, 3).toArray());
        int end = PROMPT + ANSWER + MORE;
        return asked(log, List.of(new PastTurn(PROMPT, PROMPT + ANSWER), new PastTurn(end, end + ANSWER)))
                .withBudgets(events(first, second));
    }

    private DecodeRequest.Generate asked(TokenIds log, List<PastTurn> past) {
        return new DecodeRequest.Generate(
                5, log, 0, DRAWN, 3, new TurnOptions(ANSWER, List.of(), true), true, kv, past);
    }

    private static TokenIds prompt(int tokens, long seed) {
        return TokenIds.of(new Random(seed).ints(tokens, 0, 256).toArray());
    }

    private static EngineOptions options(int shards) {
        return EngineOptions.of(shards, 1, CONTEXT);
    }

    private static DecodeLoop loop(HashingEngine engine) {
        return new DecodeLoop(engine, engine.tokenizer(), BatchingOptions.defaults());
    }

    private void with(EngineOptions options, HashingEngine.Check check) throws Exception {
        HashingEngine.with(file, options, check);
    }

    /** A process with a shelf for caches. */
    private final class Life implements AutoCloseable {
        private final LlamaModel model = LlamaModel.open(file);
        private final EngineGroup engines;
        private final DecodeLoop loop;

        Life(int shards, Path shelf) throws Exception {
            engines = EngineGroup.start(model, options(shards).withChunkRows(CHUNK), LoadListener.SILENT);
            loop = new DecodeLoop(engines, Tokenizer.of(model.file().metadata()), BatchingOptions.defaults());
            loop.keepOn(SnapshotFiles.open(engines, "the model", shelf, Long.MAX_VALUE, line -> {
                throw new AssertionError(line);
            }));
        }

        @Override
        public void close() {
            loop.close();
            engines.close();
            model.close();
        }
    }
}
