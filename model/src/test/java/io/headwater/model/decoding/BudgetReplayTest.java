/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.engine.CalibratedPolicies;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.HashingEngine;
import io.headwater.model.engine.HashingEngine.Fingerprint;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A session whose budget has changed under way, in a prompt, in an answer and while it was idle, is a function of its log like any other: on other
 * numbers of shards, in other chunks, built again from anywhere, the same tokens and the same state, to the last bit.
 */
final class BudgetReplayTest {
    private static final int CONTEXT = 512;
    private static final int SHORT_CONTEXT = 90;
    private static final int FIRST_PROMPT = 150;
    private static final int SECOND_PROMPT = 70;
    private static final int ANSWER = 40;
    private static final int BUDGET = 56;
    private static final SamplingOptions DRAWN =
            SamplingOptions.builder().temperature(1.1).logprobs(2).build();

    @TempDir
    private Path directory;

    private Path file = Path.of("");
    private KvOptions kv = KvOptions.NONE;
    private List<Heard> live = List.of();
    private Fingerprint state = new Fingerprint(List.of(), List.of(), 0, 0);

    @BeforeEach
    void writeModel() throws Exception {
        file = TinyModel.create().heads(6, 3).headDim(32).contextLength(CONTEXT).write(directory);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ems:window=8,allocation=uniform",
                "ems:window=8,allocation=adaptive",
                "ems:window=8,score=reconstruction,allocation=global",
                "kv-compress:window=8",
                "pyramidkv:window=8",
                "h2o:allocation=pyramid",
                "ems:window=8,allocation=entropy/3"
            })
    void aRunWhoseBudgetsChangedIsTheSameOnAnyLayoutGivenItsLog(String policy) throws Exception {
        check(policy, CONTEXT);
        List<BudgetEvent> events = events(live);
        assertThat(events).extracting(BudgetEvent::budget).containsExactly(40, 24, 32, 20, 48);
        assertThat(events.get(1).position())
                .as("both while it was idle")
                .isEqualTo(events.get(2).position())
                .isEqualTo(FIRST_PROMPT + ANSWER - 1);
        assertThat(live.get(1).ended().figures().budgetChanges()).isEqualTo(5);
        assertThat(live.get(1).ended().figures().budget()).isEqualTo(48);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ems:window=8,allocation=uniform", "ems:window=8"})
    void alsoWherePositionsStartAnew(String policy) throws Exception {
        check(policy, SHORT_CONTEXT);
        assertThat(live.get(1).ended().figures().rebasings()).isEqualTo(5);
    }

    private void check(String policy, int context) throws Exception {
        kv = new KvOptions(CalibratedPolicies.parse(policy), BUDGET, 16, 64);
        with(EngineOptions.of(1, 1, context).withChunkRows(13), engine -> {
            live = liveTurns(engine);
            state = engine.closed().getFirst();
        });
        List<EngineOptions> layouts = List.of(
                EngineOptions.of(1, 2, context).withChunkRows(1),
                EngineOptions.of(2, 1, context).withChunkRows(7),
                EngineOptions.of(3, 1, context).withChunkRows(64));
        int[] cuts = {17, 0, ANSWER - 1};
        for (int i = 0; i < layouts.size(); i++) {
            EngineOptions options = layouts.get(i);
            int cut = cuts[i];
            with(options, engine -> {
                Heard again = Heard.run(loop(engine), secondTurn(cut));
                List<DecodeEvent.Token> expected = live.get(1).tokens();
                assertThat(again.tokens())
                        .as("%s, built again at %d", options, cut)
                        .isEqualTo(expected.subList(cut, expected.size()));
                assertThat(events(List.of(again))).as("its log has them").isEmpty();
                assertThat(engine.closed().getLast().position()).isEqualTo(state.position());
                assertThat(engine.closed().getLast().lengths()).isEqualTo(state.lengths());
                assertThat(engine.closed().getLast().heads()).isEqualTo(state.heads());
            });
        }
        with(layouts.getFirst(), engine -> {
            Heard without = Heard.run(loop(engine), secondTurn(0).withBudgets(List.of()));
            assertThat(without.tokens())
                    .as("the budgets are not without influence")
                    .isNotEqualTo(live.get(1).tokens());
        });
    }

    /** Two turns; the budget falls in the first answer, twice changes between them, falls in the second prompt and rises in the second answer. */
    private List<Heard> liveTurns(HashingEngine engine) throws EngineException {
        DecodeLoop loop = loop(engine);
        TokenIds first = prompt(FIRST_PROMPT, 1);
        Heard one = run(loop, turn(first, 0, List.of(), true), 5, 40);
        assertThat(loop.budget(5, 24)).isTrue();
        assertThat(loop.budget(5, 32)).isTrue();
        TokenIds log =
                first.plus(one.ids().toArray()).plus(prompt(SECOND_PROMPT, 2).toArray());
        DecodeRequest.Generate next = turn(log, 0, past(), false).withBudgets(events(List.of(one)));
        Heard two = new Heard();
        loop.submit(next, two);
        changeAfter(loop, two, -1, 20);
        changeAfter(loop, two, 11, 48);
        while (!two.over() && loop.step()) {}
        assertThat(two.prefilled().getFirst().done())
                .as("the kept cache goes on")
                .isEqualTo(FIRST_PROMPT + ANSWER - 1);
        return List.of(one, two);
    }

    private static Heard run(DecodeLoop loop, DecodeRequest request, int tokens, int budget) throws EngineException {
        Heard heard = new Heard();
        loop.submit(request, heard);
        changeAfter(loop, heard, tokens, budget);
        while (!heard.over() && loop.step()) {}
        return heard;
    }

    /** Changes the budget when so many tokens have been told; with a negative number as soon as it may be, two steps into the prompt. */
    private static void changeAfter(DecodeLoop loop, Heard heard, int tokens, int budget) throws EngineException {
        int steps = 0;
        while (tokens < 0 ? steps < 2 : heard.tokens().size() < tokens) {
            assertThat(loop.step()).isTrue();
            steps++;
        }
        while (!loop.budget(5, budget)) { // not in the middle of a reconstruction
            assertThat(loop.step()).isTrue();
        }
    }

    private static List<BudgetEvent> events(List<Heard> heard) {
        return heard.stream().flatMap(one -> one.budgets().stream()).toList();
    }

    private DecodeRequest.Generate secondTurn(int told) {
        TokenIds log = prompt(FIRST_PROMPT, 1)
                .plus(live.get(0).ids().toArray())
                .plus(prompt(SECOND_PROMPT, 2).toArray())
                .plus(Arrays.copyOf(live.get(1).ids().toArray(), told));
        return turn(log, told, past(), false).withBudgets(events(live));
    }

    private static List<PastTurn> past() {
        return List.of(new PastTurn(FIRST_PROMPT, FIRST_PROMPT + ANSWER));
    }

    private DecodeRequest.Generate turn(TokenIds log, int answered, List<PastTurn> past, boolean keep) {
        TurnOptions turn = new TurnOptions(ANSWER, List.of(), true);
        return new DecodeRequest.Generate(5, log, answered, DRAWN, 3, turn, keep, kv, past);
    }

    private static TokenIds prompt(int tokens, long seed) {
        return TokenIds.of(new Random(seed).ints(tokens, 0, 256).toArray());
    }

    private static DecodeLoop loop(HashingEngine engine) {
        return new DecodeLoop(engine, engine.tokenizer(), BatchingOptions.defaults());
    }

    private void with(EngineOptions options, HashingEngine.Check check) throws Exception {
        HashingEngine.with(file, options, check);
    }
}
