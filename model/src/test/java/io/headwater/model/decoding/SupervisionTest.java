/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.KvPolicy;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.HashingEngine;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.tensors.kernels.KvType;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sessions in less KV memory than they would like, on real engines: who gives what, who waits, who is refused and why; and whatever was decided, the log
 * replays it on one, two and three shards, and after a death.
 */
final class SupervisionTest {
    private static final int CONTEXT = 2048;
    private static final int BUDGET = 256;
    private static final int LAYERS = 4;
    private static final int ENTRY_BYTES = LAYERS * 3 * 2 * 64 * Float.BYTES;
    /** For less than 1,400 entries of each head. */
    private static final long SHORT = 8L << 20;

    private static final SamplingOptions DRAWN =
            SamplingOptions.builder().temperature(1.1).build();

    @TempDir
    private Path directory;

    private Path file = Path.of("");
    private KvOptions kv = KvOptions.NONE;
    private long nanos;

    @BeforeEach
    void writeModel() throws Exception {
        file = model(LAYERS);
        kv = new KvOptions(KvPolicy.parse("ems:window=8"), BUDGET, 64, 8192);
    }

    private Path model(int layers) throws Exception {
        return TinyModel.create()
                .layers(layers)
                .heads(3, 3)
                .headDim(64)
                .contextLength(CONTEXT)
                .write(directory);
    }

    /** One process: an engine with so much memory, and the loop on it. */
    private final class Life implements AutoCloseable {
        private final LlamaModel model = LlamaModel.open(file);
        private final EngineGroup engines;
        private final DecodeLoop loop;
        private final long limitBytes;

        Life(int shards, long limitBytes) throws Exception {
            this(options(shards), limitBytes);
        }

        Life(EngineOptions options, long limitBytes) throws Exception {
            this.limitBytes = limitBytes;
            engines = EngineGroup.start(model, options.withKvLimitBytes(limitBytes), LoadListener.SILENT);
            loop = new DecodeLoop(engines, tokenizer(), BatchingOptions.defaults(), () -> nanos);
        }

        private Tokenizer tokenizer() throws Exception {
            return Tokenizer.of(model.file().metadata());
        }

        Heard submit(DecodeRequest request) {
            Heard heard = new Heard();
            loop.submit(request, heard);
            return heard;
        }

        void runToTheEnd() throws EngineException {
            while (step()) {}
        }

        boolean step() throws EngineException {
            boolean worked = loop.step();
            assertThat(engines.kvBytes()).isLessThanOrEqualTo(limitBytes);
            return worked;
        }

        Heard run(DecodeRequest request) throws EngineException {
            Heard heard = submit(request);
            runToTheEnd();
            return heard;
        }

        @Override
        public void close() {
            loop.close();
            engines.close();
            model.close();
        }
    }

    @Test
    void whereMemoryIsEnoughNothingChanges() throws Exception {
        List<DecodeRequest> requests = new ArrayList<>();
        for (int id = 1; id <= 4; id++) {
            requests.add(asked(id, prompt(300, id), 70));
        }
        try (Life plenty = new Life(1, 1L << 30)) {
            List<Heard> heard = requests.stream().map(plenty::submit).toList();
            plenty.step();

            assertThat(plenty.loop.running()).as("all at once").isEqualTo(4);
            plenty.runToTheEnd();
            for (Heard one : heard) {
                assertThat(one.budgets()).isEmpty();
                assertThat(one.ended().figures().budget()).isEqualTo(BUDGET);
            }
        }
    }

    @Test
    void idleSessionsGiveFirstThenThoseAtWorkAndEachLogReplaysOnOneTwoAndThreeShards() throws Exception {
        List<DecodeRequest.Generate> asked = new ArrayList<>();
        List<Heard> heard = new ArrayList<>();
        try (Life life = new Life(1, SHORT)) {
            asked.add(asked(1, prompt(400, 1), 20));
            heard.add(life.run(asked.getFirst()));
            assertThat(heard.getFirst().budgets()).as("alone").isEmpty();
            for (int id = 2; id <= 6; id++) {
                asked.add(asked(id, prompt(400, id), 90));
                heard.add(life.submit(asked.getLast()));
            }
            while (heard.stream().allMatch(one -> one.budgets().isEmpty())) {
                assertThat(life.step()).isTrue();
            }
            assertThat(heard.getFirst().budgets()).as("the idle one").hasSize(1);
            life.runToTheEnd();
        }

        assertThat(heard).allMatch(one -> one.ended().reason() == FinishReason.LENGTH);
        assertThat(heard.stream().filter(one -> one.budgets().stream().anyMatch(event -> event.budget() < BUDGET)))
                .hasSizeGreaterThan(3);
        for (int i = 0; i < asked.size(); i++) {
            assertThat(replay(i % 3 + 1, asked.get(i), heard.get(i)).tokens())
                    .as("session %d on %d shards", i + 1, i % 3 + 1)
                    .isEqualTo(heard.get(i).tokens());
        }
    }

    @Test
    void afterADeathNothingIsDecidedBeforeTheLastTokenThatWasTold() throws Exception {
        DecodeRequest.Generate whole = asked(1, prompt(500, 1), 140);
        Heard before = new Heard();
        try (Life life = new Life(1, SHORT)) {
            life.loop.submit(whole, before);
            while (before.tokens().size() < 100) { // 36 after the last change point, 28 before the next
                assertThat(life.step()).isTrue();
            }
        }
        DecodeRequest.Generate again = whole.told(before.ids().toArray());
        Heard after = new Heard();
        try (Life life = new Life(1, SHORT)) {
            life.loop.submit(again, after);
            while (!life.loop.budget(1, 64)) {
                assertThat(life.step()).isTrue();
            }
            life.runToTheEnd();
        }

        assertThat(after.budgets().getFirst().position())
                .as("not in the prompt, nor among told tokens")
                .isGreaterThanOrEqualTo(again.log().size() - 1);
        List<DecodeEvent.Token> told = new ArrayList<>(before.tokens());
        told.addAll(after.tokens());
        assertThat(replay(2, whole, after).tokens()).isEqualTo(told);
    }

    @Test
    void aPromptLongerThanTheContextAndThanTheMemoryIsReadInBoundedMemory() throws Exception {
        DecodeRequest.Generate long1 = asked(1, prompt(CONTEXT + 300, 1), 100);
        assertThat((long) CONTEXT * ENTRY_BYTES).isGreaterThan(SHORT);
        Heard heard;
        try (Life life = new Life(1, SHORT)) {
            heard = life.run(long1);

            assertThat(heard.ended().reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(heard.budgets()).isNotEmpty();
        }
        assertThat(replay(3, long1, heard).tokens()).isEqualTo(heard.tokens());
    }

    @Test
    void manyHeadsWhoseBlocksOfAllSizesAreFewShrinkAndGoOn() throws Exception {
        file = model(30);
        kv = new KvOptions(KvPolicy.parse("ems"), 512, 64, 8192);
        try (Life life = new Life(1, SHORT)) { // for some 180 entries of each head
            Heard heard = life.run(asked(1, prompt(40, 1), 300));

            assertThat(heard.tokens()).hasSize(300);
            assertThat(heard.budgets()).isNotEmpty();
        }
    }

    /** Heads that kept the blocks of a chunk that was refused would leave none for a shorter one. */
    @Test
    void aPromptIsReadInShorterStepsWhereAWholeChunkNeverFits() throws Exception {
        file = model(30);
        kv = new KvOptions(KvPolicy.parse("ems:window=8"), 64, 64, 8192);
        DecodeRequest.Generate asked = asked(1, prompt(300, 1), 20);
        Heard heard;
        try (Life life = new Life(1, (4 << 20) + (256 << 10))) { // two blocks of each head, and what belongs to them
            heard = life.run(asked);
        }

        assertThat(heard.tokens()).hasSize(20);
        assertThat(replay(2, asked, heard).tokens()).isEqualTo(heard.tokens());
    }

    @Test
    void whoFindsNoMemoryWaitsAndGoesOnLaterWithTheSameTokens() throws Exception {
        kv = KvOptions.NONE;
        List<DecodeRequest.Generate> asked = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            asked.add(asked(id, prompt(600, id), 160));
        }
        List<Heard> heard;
        boolean waited = false;
        try (Life life = new Life(1, SHORT)) {
            heard = asked.stream().map(life::submit).toList();
            while (life.step()) {
                waited |= life.loop.waiting() > 0;
            }
        }

        assertThat(waited).as("not all at once").isTrue();
        for (int i = 0; i < 3; i++) {
            assertThat(heard.get(i).tokens())
                    .isEqualTo(replay(1, asked.get(i), heard.get(i)).tokens());
        }
    }

    @Test
    void whoeverWaitsForMemoryTooLongAndWhoCanNeverHaveEnoughHearsWhy() throws Exception {
        kv = KvOptions.NONE;
        try (Life life = new Life(1, SHORT)) {
            Heard never = life.submit(asked(1, prompt(CONTEXT, 1), 1));
            Heard alone = life.run(asked(2, prompt(1200, 2), CONTEXT - 1200));
            life.submit(asked(3, prompt(800, 3), 600));
            life.step();
            Heard late = life.submit(asked(4, prompt(800, 4), 10));
            life.step();
            assertThat(life.loop.running()).isEqualTo(2);
            while (life.loop.waiting() == 0) {
                assertThat(life.step()).isTrue();
            }
            nanos += WaitingRequests.MOST.toNanos() + 1;
            life.step();

            assertThat(never.failed().failure()).isEqualTo(Failure.BAD_REQUEST);
            assertThat(never.failed().message())
                    .contains("at least 12.0 MiB of KV memory")
                    .contains("--kv-memory");
            assertThat(alone.tokens()).isNotEmpty();
            assertThat(alone.failed().failure()).isEqualTo(Failure.BAD_REQUEST);
            assertThat(alone.failed().message()).contains("no other session").contains("--kv-memory");
            assertThat(late.failed().failure()).isEqualTo(Failure.FULL);
            assertThat(late.failed().message()).contains("within 5 minutes").contains("MiB of KV memory");
        }
    }

    @Test
    void whoIsCancelledWhileItWaitsAgainHearsTheTextThatWasHeldBack() throws Exception {
        kv = KvOptions.NONE;
        String shown = cancelledWhileItWaits(List.of()).text();
        String stop = shown.substring(shown.length() - 3) + " is not what it will say";

        Heard held = cancelledWhileItWaits(List.of(stop));

        assertThat(held.ended().text())
                .as("text of tokens that it has been told")
                .hasSizeGreaterThanOrEqualTo(3);
        assertThat(held.text()).isEqualTo(shown);
    }

    private Heard cancelledWhileItWaits(List<String> stop) throws Exception {
        try (Life life = new Life(1, SHORT)) {
            Heard other = life.submit(asked(1, prompt(300, 1), 700));
            Heard heard = life.submit(asked(2, prompt(300, 2), new TurnOptions(700, stop, true), kv));
            life.step();
            assertThat(life.loop.running()).isEqualTo(2);
            while (life.loop.waiting() == 0) {
                assertThat(life.step()).isTrue();
            }
            life.loop.cancel(2);
            life.runToTheEnd();

            assertThat(other.ended().reason()).isEqualTo(FinishReason.LENGTH);
            assertThat(heard.ended().reason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(heard.tokens()).as("it had begun its answer").hasSizeGreaterThan(10);
            return heard;
        }
    }

    @Test
    void whenNobodyWaitsForMemoryAnyMoreRequestsBeginTogetherAgain() throws Exception {
        kv = KvOptions.NONE;
        try (Life life = new Life(1, SHORT)) {
            life.submit(asked(1, prompt(1200, 1), CONTEXT - 1200));
            assertThat(life.step()).isTrue();
            while (life.loop.waiting() == 0) {
                assertThat(life.step()).isTrue();
            }
            assertThat(life.loop.running()).as("alone, and taken out").isZero();
            life.loop.cancel(1);
            assertThat(life.step()).isTrue();

            life.submit(asked(2, prompt(100, 2), 5));
            life.submit(asked(3, prompt(100, 3), 5));
            assertThat(life.step()).isTrue();

            assertThat(life.loop.running()).isEqualTo(2);
            life.runToTheEnd();
        }
    }

    @Test
    void budgetsRiseAgainWhenMemoryIsFree() throws Exception {
        try (Life life = new Life(1, SHORT)) {
            Heard heard = life.submit(asked(1, prompt(500, 1), 400));
            while (heard.tokens().size() < 10) {
                life.step();
            }
            assertThat(life.loop.budget(1, 40)).isTrue();

            life.runToTheEnd();

            assertThat(heard.budgets()).extracting(BudgetEvent::budget).containsExactly(40, 80, 160, BUDGET);
            assertThat(heard.ended().figures().budgetChanges()).isEqualTo(4);
        }
    }

    /** Before a reconstruction could end in its middle, the first of these failed: nothing else was left to free. */
    @ParameterizedTest
    @ValueSource(ints = {900, 1100, 1240})
    void aReconstructionThatFindsNoRoomInItsMiddleEndsThereAndGoesOnInSmallerParts(int prompt) throws Exception {
        kv = new KvOptions(KvPolicy.parse("kvzip"), BUDGET, 64, 8192);
        DecodeRequest.Generate asked = asked(1, prompt(prompt, 1), 20);
        Heard heard;
        try (Life life = new Life(1, SHORT)) {
            heard = life.run(asked);
        }

        assertThat(heard.tokens()).hasSize(20);
        assertThat(heard.budgets()).isNotEmpty();
        assertThat(heard.budgets().getFirst().repeated() != null)
                .as("the longest shrinks before it repeats anything")
                .isEqualTo(prompt < 1240);
        assertThat(replay(3, asked, heard).tokens()).isEqualTo(heard.tokens());
    }

    @Test
    void whatMemoryHasNotARowToRepeatInIsLeftOut() throws Exception {
        file = model(30);
        kv = new KvOptions(KvPolicy.parse("kvzip"), 64, 64, 8192);
        DecodeRequest.Generate asked = asked(1, prompt(300, 1), 20);
        Heard heard;
        try (Life life = new Life(1, (4 << 20) + (256 << 10))) { // two blocks of each head, and what belongs to them
            heard = life.run(asked);
        }

        assertThat(heard.tokens()).hasSize(20);
        assertThat(heard.budgets())
                .extracting(BudgetEvent::repeated)
                .anySatisfy(part -> assertThat(part)
                        .isNotNull()
                        .extracting(RepeatedPart::rows)
                        .isEqualTo(0));
        assertThat(replay(2, asked, heard).tokens()).isEqualTo(heard.tokens());
    }

    @Test
    void idleSessionsThatRepeatGiveWayAndEachLogReplays() throws Exception {
        kv = new KvOptions(KvPolicy.parse("kvzip:when=idle"), BUDGET, 64, 8192);
        List<DecodeRequest.Generate> asked = new ArrayList<>();
        List<Heard> heard = new ArrayList<>();
        try (Life life = new Life(1, SHORT + SHORT / 2)) {
            for (int id = 1; id <= 6; id++) {
                asked.add(asked(id, prompt(350, id), id == 1 ? 5 : 60));
                heard.add(life.submit(asked.getLast()));
                while (id == 1 && !heard.getFirst().over()) {
                    assertThat(life.step()).isTrue();
                }
                life.step();
            }
            life.runToTheEnd();
        }

        assertThat(heard).allMatch(one -> one.ended().reason() == FinishReason.LENGTH);
        assertThat(heard.stream().filter(one -> !one.budgets().isEmpty()))
                .as("brought down")
                .hasSizeGreaterThan(3);
        assertThat(heard.stream().filter(one -> one.budgets().stream().anyMatch(event -> event.repeated() != null)))
                .as("repeated")
                .hasSizeGreaterThan(1);
        for (int i = 0; i < asked.size(); i++) {
            assertThat(replay(i % 3 + 1, asked.get(i), heard.get(i)).tokens())
                    .as("session %d on %d shards", i + 1, i % 3 + 1)
                    .isEqualTo(heard.get(i).tokens());
        }
    }

    @Test
    void aSessionAtWorkRepeatsBetweenItsTokensWhereMemoryIsShortAndFallsToItsBudget() throws Exception {
        int context = 4096;
        file = TinyModel.create()
                .layers(1)
                .heads(3, 3)
                .headDim(64)
                .contextLength(context)
                .write(directory);
        kv = new KvOptions(KvPolicy.parse("kvzip:when=idle"), BUDGET, 64, 8192);
        DecodeRequest.Generate asked = asked(1, prompt(3000, 1), 400);
        Heard heard;
        try (Life life =
                new Life(EngineOptions.of(1, 1, context).withKvType(KvType.F32), 6 << 20)) { // for 4,096 entries
            heard = life.submit(asked);
            while (!heard.over()) {
                assertThat(life.step()).isTrue();
            }
        }

        assertThat(heard.tokens()).hasSize(400);
        List<BudgetEvent> events = heard.budgets();
        assertThat(events).hasSizeGreaterThan(3);
        assertThat(events).allMatch(event -> event.budget() == BUDGET, "no budget has fallen");
        assertThat(events.getLast().repeated()).isNull();
        for (int i = 1; i < events.size() - 1; i++) {
            assertThat(events.get(i).position() - events.get(i - 1).position())
                    .as("it goes on meanwhile")
                    .isGreaterThanOrEqualTo(16);
        }
        assertThat(heard.ended().figures().headEntries().getFirst()).allMatch(entries -> entries < 1000);
        assertThat(replay(EngineOptions.of(2, 1, context).withKvType(KvType.F32), asked, heard)
                        .tokens())
                .isEqualTo(heard.tokens());
    }

    /** The whole session again, of its log, where memory has no limit that is known. */
    private Heard replay(int shards, DecodeRequest.Generate asked, Heard heard) throws Exception {
        return replay(options(shards), asked, heard);
    }

    private Heard replay(EngineOptions options, DecodeRequest.Generate asked, Heard heard) throws Exception {
        try (LlamaModel model = LlamaModel.open(file);
                EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT)) {
            Tokenizer tokenizer = Tokenizer.of(model.file().metadata());
            HashingEngine calm = new HashingEngine(group, model.config(), tokenizer);
            DecodeLoop loop = new DecodeLoop(calm, tokenizer, BatchingOptions.defaults());
            Heard again = Heard.run(loop, asked.withBudgets(heard.budgets()));
            assertThat(again.budgets()).isEmpty();
            loop.close();
            return again;
        }
    }

    private static EngineOptions options(int shards) {
        return EngineOptions.of(shards, 1, CONTEXT).withKvType(KvType.F32);
    }

    private DecodeRequest.Generate asked(long id, TokenIds prompt, int answer) {
        return asked(id, prompt, new TurnOptions(answer, List.of(), true), kv);
    }

    private static DecodeRequest.Generate asked(long id, TokenIds prompt, TurnOptions turn, KvOptions kv) {
        return new DecodeRequest.Generate(id, prompt, 0, DRAWN, id, turn, true, kv, List.of());
    }

    private static TokenIds prompt(int tokens, long seed) {
        return TokenIds.of(Arrays.copyOf(new Random(seed).ints(tokens, 0, 256).toArray(), tokens));
    }
}
