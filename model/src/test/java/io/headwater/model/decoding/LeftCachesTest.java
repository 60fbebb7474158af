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
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request that begins with the tokens of one that is over need not read them, and its bits are the same. */
final class LeftCachesTest {
    private static final int CONTEXT = 512;
    private static final int PROMPT = 60;
    private static final int ANSWER = 20;
    private static final SamplingOptions DRAWN =
            SamplingOptions.builder().temperature(1.1).logprobs(4).build();

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private LlamaModel model;

    @SuppressWarnings("NullAway.Init")
    private EngineGroup engines;

    private long sessions;

    @BeforeEach
    void start() throws Exception {
        model = LlamaModel.open(TinyModel.create()
                .heads(6, 3)
                .headDim(32)
                .contextLength(CONTEXT)
                .write(directory));
        engines = EngineGroup.start(model, EngineOptions.of(2, 1, CONTEXT), LoadListener.SILENT);
    }

    @AfterEach
    void end() {
        engines.close(); // fails if a cache is still open
        model.close();
    }

    private DecodeLoop loop(int others) throws Exception {
        return new DecodeLoop(
                engines,
                Tokenizer.of(model.file().metadata()),
                BatchingOptions.defaults().withMaxLeft(others));
    }

    private static TokenIds prompt(int tokens, long seed) {
        return TokenIds.of(new Random(seed).ints(tokens, 0, 256).toArray());
    }

    private Heard run(DecodeLoop loop, TokenIds log, KvOptions kv) throws Exception {
        TurnOptions turn = new TurnOptions(ANSWER, List.of(), true);
        return Heard.run(loop, new DecodeRequest.Generate(++sessions, log, 0, DRAWN, 3, turn, false, kv, List.of()));
    }

    private static int cached(Heard heard) {
        return heard.prefilled().getFirst().done();
    }

    @Test
    void aConversationThatGoesOnIsReadFromWhereItWas() throws Exception {
        try (DecodeLoop loop = loop(2);
                DecodeLoop alone = loop(0)) {
            TokenIds first = prompt(PROMPT, 1);
            Heard one = run(loop, first, KvOptions.NONE);
            TokenIds second = first.plus(one.ids().toArray()).plus(prompt(15, 2).toArray());
            Heard two = run(loop, second, KvOptions.NONE);
            TokenIds third = second.plus(two.ids().toArray()).plus(prompt(5, 3).toArray());
            Heard three = run(loop, third, KvOptions.NONE);

            assertThat(cached(one)).isZero();
            assertThat(cached(two)).isEqualTo(PROMPT + ANSWER - 1);
            assertThat(cached(three)).isEqualTo(PROMPT + ANSWER + 15 + ANSWER - 1);
            assertThat(two.tokens())
                    .isEqualTo(run(alone, second, KvOptions.NONE).tokens());
            assertThat(three.tokens())
                    .isEqualTo(run(alone, third, KvOptions.NONE).tokens());
        }
    }

    @Test
    void onlyTheWholeOfACacheThatWasNeverCompressedIsUsedAndOnlySoManyStay() throws Exception {
        try (DecodeLoop loop = loop(2)) {
            TokenIds prompt = prompt(PROMPT, 1);
            Heard one = run(loop, prompt, KvOptions.NONE);
            TokenIds whole = prompt.plus(one.ids().toArray()).plus(7, 8, 9);

            assertThat(cached(run(loop, prompt.plus(1, 2, 3), KvOptions.NONE)))
                    .as("the same prompt, but another answer")
                    .isZero();
            assertThat(cached(run(loop, whole, KvOptions.of(KvPolicy.parse("streaming-llm"), 48))))
                    .as("another policy")
                    .isZero();
            assertThat(cached(run(loop, prompt(30, 5), KvOptions.NONE))).isZero(); // pushes the first one out
            assertThat(cached(run(loop, whole, KvOptions.NONE))).isZero();
        }
    }

    @Test
    void whatIsReleasedDoesNotStay() throws Exception {
        try (DecodeLoop loop = loop(2)) {
            TokenIds prompt = prompt(PROMPT, 1);
            Heard heard = new Heard();
            TurnOptions turn = new TurnOptions(ANSWER, List.of(), true);
            loop.submit(
                    new DecodeRequest.Generate(99, prompt, 0, DRAWN, 3, turn, false, KvOptions.NONE, List.of()), heard);
            loop.step();
            loop.release(99);
            while (!heard.over() && loop.step()) {}

            TokenIds longer = prompt.plus(heard.ids().toArray()).plus(1, 2);
            assertThat(cached(run(loop, longer, KvOptions.NONE))).isZero();
        }
    }
}
