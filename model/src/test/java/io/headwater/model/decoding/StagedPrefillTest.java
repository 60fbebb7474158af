/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.KvPolicy;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.HashingEngine;
import io.headwater.model.engine.HashingEngine.Fingerprint;
import io.headwater.model.engine.KernelChoice;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests whose prompts are read by three stages: the same to the last bit however they are read, and what they cannot have. */
final class StagedPrefillTest {
    private static final int CONTEXT = 512;
    /** Two segments of the prefill limit, and a third that no stage shortens. */
    private static final int FIRST_PROMPT = 230;

    private static final int SECOND_PROMPT = 90;
    private static final int ANSWER = 20;
    private static final String STAGED = "uncomp:allocation=uniform,stages=on/5/2x60/4x30";
    private static final SamplingOptions DRAWN =
            SamplingOptions.builder().temperature(1.1).logprobs(4).build();

    @TempDir
    private Path directory;

    private Path file = Path.of("");

    @BeforeEach
    void writeModel() throws Exception {
        file = TinyModel.create()
                .layers(5)
                .heads(6, 3)
                .headDim(32)
                .seed(37)
                .contextLength(CONTEXT)
                .write(directory);
    }

    @Test
    void noShardThreadOrChunkChangesABitLiveOrBuiltAgain() throws Exception {
        Outcome expected = both(EngineOptions.of(1, 1, CONTEXT).withKernels(KernelChoice.SCALAR));
        assertThat(expected.second.prefilled().getFirst().done()).isEqualTo(FIRST_PROMPT + ANSWER - 1);

        for (EngineOptions layout : List.of(
                EngineOptions.of(1, 1, CONTEXT).withChunkRows(1),
                EngineOptions.of(1, 3, CONTEXT).withChunkRows(7),
                EngineOptions.of(2, 1, CONTEXT).withChunkRows(30),
                EngineOptions.of(2, 2, CONTEXT).withChunkRows(31),
                EngineOptions.of(3, 1, CONTEXT))) {
            Outcome actual = both(layout);
            assertThat(actual.first.tokens()).as(layout.toString()).isEqualTo(expected.first.tokens());
            assertThat(actual.second.tokens()).as(layout.toString()).isEqualTo(expected.second.tokens());
            assertThat(actual.state.heads()).as(layout.toString()).isEqualTo(expected.state.heads());

            with(layout, engine -> {
                Heard rest = Heard.run(loop(engine), second(expected.first, expected.second.ids(), 11));
                assertThat(rest.tokens())
                        .as("built again")
                        .isEqualTo(expected.second.tokens().subList(11, ANSWER));
                assertThat(engine.closed().getLast().heads()).isEqualTo(expected.state.heads());
            });
        }
    }

    @Test
    void stagesChangeTokensWhereTheyShortenAndNothingWhereTheyDoNot() throws Exception {
        assertThat(tokens(STAGED, 100)).isNotEqualTo(tokens("uncomp:allocation=uniform", 100));
        assertThat(tokens(STAGED, 30)).isEqualTo(tokens("uncomp:allocation=uniform", 30));
    }

    /** The loop reads such a prompt as any other: here its steps are those of stages all the same. */
    @Test
    void aPromptThatNoStageShortensHasTheBitsOfNoStages() throws Exception {
        int[] tokens = prompt(30, 1).toArray();
        with(EngineOptions.of(2, 2, CONTEXT).withChunkRows(13), engine -> {
            Sequence staged = engine.open(1, kv(STAGED));
            while (staged.position() < tokens.length) {
                StepBatch step = engine.nextStep();
                assertThat(step.addStaged(staged, tokens, tokens.length, 13, 0)).isPositive();
                engine.run(step);
            }
            engine.close(staged);
            Sequence plain = engine.open(2, kv("uncomp:allocation=uniform"));
            for (int at = 0; at < tokens.length; at += 10) {
                StepBatch step = engine.nextStep();
                step.add(plain, tokens, at, at + 10, 0);
                if (at + 10 == tokens.length) {
                    step.changeAfterLast();
                }
                engine.run(step);
            }
            engine.close(plain);
            assertThat(engine.closed().get(0)).isEqualTo(engine.closed().get(1));
        });
    }

    @Test
    void whoDecodesGetsATokenBetweenTwoStepsOfStages() throws Exception {
        with(EngineOptions.of(1, 1, CONTEXT).withChunkRows(16), engine -> {
            DecodeLoop loop = loop(engine);
            Heard alone = Heard.run(loop, generate(1, prompt(40, 5), KvOptions.NONE, 60));
            Heard decoding = new Heard();
            loop.submit(generate(2, prompt(40, 5), KvOptions.NONE, 60), decoding);
            while (decoding.tokens().isEmpty()) {
                loop.step();
            }
            Heard staged = new Heard();
            loop.submit(generate(3, prompt(100, 6), kv(STAGED), 3), staged);
            int steps = 0;
            int before = decoding.tokens().size();
            while (staged.tokens().isEmpty()) {
                loop.step();
                steps++;
            }
            assertThat(decoding.tokens().size() - before).isBetween(steps / 2 - 1, steps / 2 + 1);
            while (loop.step()) {}
            assertThat(decoding.tokens()).isEqualTo(alone.tokens());
            assertThat(staged.tokens())
                    .isEqualTo(Heard.run(loop(engine), generate(3, prompt(100, 6), kv(STAGED), 3))
                            .tokens());
        });
    }

    @Test
    void twoPromptsByStagesChangeNothingForEachOther() throws Exception {
        with(EngineOptions.of(2, 1, CONTEXT).withChunkRows(24), engine -> {
            DecodeLoop loop = loop(engine);
            Heard one = new Heard();
            Heard two = new Heard();
            loop.submit(generate(1, prompt(150, 5), kv(STAGED), ANSWER), one);
            loop.submit(generate(2, prompt(140, 6), kv(STAGED), ANSWER), two);
            while (loop.step()) {}
            assertThat(one.tokens())
                    .isEqualTo(Heard.run(loop, generate(1, prompt(150, 5), kv(STAGED), ANSWER))
                            .tokens());
            assertThat(two.tokens())
                    .isEqualTo(Heard.run(loop, generate(2, prompt(140, 6), kv(STAGED), ANSWER))
                            .tokens());
        });
    }

    @Test
    void whoIsCancelledInTheMiddleLeavesNothingToGoOnFrom() throws Exception {
        with(EngineOptions.of(1, 1, CONTEXT).withChunkRows(16), engine -> {
            DecodeLoop loop = loop(engine);
            Heard expected = Heard.run(loop, generate(1, prompt(100, 6), kv(STAGED), ANSWER));
            Heard cut = new Heard();
            DecodeRequest.Generate keeps = new DecodeRequest.Generate(
                    2, prompt(100, 6), 0, DRAWN, 3, turn(ANSWER), true, kv(STAGED), List.of());
            loop.submit(keeps, cut);
            for (int i = 0; i < 8; i++) {
                loop.step();
            }
            assertThat(loop.budget(2, 20))
                    .as("no budget in the middle of stages")
                    .isFalse();
            loop.cancel(2);
            loop.step();
            assertThat(cut.ended().reason()).isEqualTo(FinishReason.CANCELLED);

            Heard again = Heard.run(loop, keeps);
            assertThat(again.prefilled().getFirst().done()).isZero();
            assertThat(again.tokens()).isEqualTo(expected.tokens());
            loop.release(2);
        });
    }

    /** The same tokens and change points, but an answer that ended earlier: the second prompt's stages begin there. */
    @Test
    void aCacheIsNotGoneOnWithFromTheMiddleOfAnotherSegment() throws Exception {
        with(EngineOptions.of(1, 1, CONTEXT), engine -> {
            DecodeLoop loop = loop(engine);
            TokenIds first = prompt(20, 1);
            Heard one = Heard.run(loop, withPast(first, List.of(), 12));
            TokenIds log = first.plus(one.ids().toArray()).plus(prompt(60, 2).toArray());

            Heard longer = Heard.run(loop, withPast(log, List.of(new PastTurn(20, 32)), 3));
            assertThat(longer.prefilled().getFirst().done()).isEqualTo(31);
            loop.release(5);
            assertThat(Heard.run(loop, withPast(first, List.of(), 12)).ids()).isEqualTo(one.ids());
            Heard shorter = Heard.run(loop, withPast(log, List.of(new PastTurn(20, 25)), 3));
            assertThat(shorter.prefilled().getFirst().done()).isZero();
            assertThat(shorter.tokens()).isNotEqualTo(longer.tokens());
            loop.release(5);
            assertThat(Heard.run(loop, withPast(log, List.of(new PastTurn(20, 25)), 3))
                            .tokens())
                    .isEqualTo(shorter.tokens());
            loop.release(5);
        });
    }

    @Test
    void tokensOfAPromptAreNotScoredButThoseAfterItAre() throws Exception {
        TokenIds text = prompt(130, 8);
        List<Double> expected = scores(EngineOptions.of(1, 1, CONTEXT).withKernels(KernelChoice.SCALAR), text);
        assertThat(expected).hasSize(30);
        assertThat(scores(EngineOptions.of(3, 1, CONTEXT).withChunkRows(17), text))
                .isEqualTo(expected);

        with(EngineOptions.of(1, 1, CONTEXT), engine -> {
            Heard refused = Heard.run(loop(engine), new DecodeRequest.Score(1, text, 99, 0, 64, kv(STAGED), 100));
            assertThat(refused.failed().message())
                    .isEqualTo(
                            "the tokens of a prompt that is read by stages cannot be scored: of most of them the last"
                                    + " layers know nothing; give stages=off, or score what comes after the prompt");
        });
    }

    private List<Double> scores(EngineOptions layout, TokenIds text) throws Exception {
        Heard[] heard = new Heard[1];
        with(
                layout,
                engine -> heard[0] =
                        Heard.run(loop(engine), new DecodeRequest.Score(1, text, 100, 0, 64, kv(STAGED), 100)));
        return heard[0].scores(100);
    }

    private List<DecodeEvent.Token> tokens(String policy, int promptTokens) throws Exception {
        Heard[] heard = new Heard[1];
        with(
                EngineOptions.of(1, 1, CONTEXT),
                engine -> heard[0] = Heard.run(loop(engine), generate(1, prompt(promptTokens, 4), kv(policy), ANSWER)));
        return heard[0].tokens();
    }

    /** Two turns of a session, and what they leave. */
    private Outcome both(EngineOptions layout) throws Exception {
        Outcome[] outcome = new Outcome[1];
        with(layout, engine -> {
            DecodeLoop loop = loop(engine);
            Heard one = Heard.run(loop, withPast(prompt(FIRST_PROMPT, 1), List.of(), ANSWER));
            Heard two = Heard.run(loop, second(one, TokenIds.of(), 0));
            loop.release(5);
            outcome[0] = new Outcome(one, two, engine.closed().getLast());
        });
        return outcome[0];
    }

    private record Outcome(Heard first, Heard second, Fingerprint state) {}

    private static DecodeRequest.Generate second(Heard first, TokenIds answer, int told) throws Exception {
        TokenIds log = prompt(FIRST_PROMPT, 1)
                .plus(first.ids().toArray())
                .plus(prompt(SECOND_PROMPT, 2).toArray())
                .plus(Arrays.copyOf(answer.toArray(), told));
        List<PastTurn> past = List.of(new PastTurn(FIRST_PROMPT, FIRST_PROMPT + ANSWER));
        return new DecodeRequest.Generate(5, log, told, DRAWN, 3, turn(ANSWER), false, kv(STAGED), past);
    }

    private static DecodeRequest.Generate withPast(TokenIds log, List<PastTurn> past, int answer) throws Exception {
        return new DecodeRequest.Generate(5, log, 0, DRAWN, 3, turn(answer), true, kv(STAGED), past);
    }

    private static DecodeRequest.Generate generate(long session, TokenIds log, KvOptions kv, int answer) {
        return new DecodeRequest.Generate(session, log, 0, DRAWN, 3, turn(answer), false, kv, List.of());
    }

    private static TurnOptions turn(int answer) {
        return new TurnOptions(answer, List.of(), true);
    }

    private static KvOptions kv(String policy) throws Exception {
        return new KvOptions(KvPolicy.parse(policy), 48, 16, 100);
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
