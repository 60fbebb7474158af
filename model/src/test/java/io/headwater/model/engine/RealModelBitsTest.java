/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.llama.LlamaModel;
import io.headwater.testing.RealModel;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The promise of DESIGN 5 on the real model: a prompt over a chunk boundary of attention, then a few decode steps. */
final class RealModelBitsTest {
    private static final int CONTEXT = 512;
    private static final int PROMPT = 284;
    private static final int TOKENS = 290; // the next block of the cache begins at 288

    private static LlamaModel model;
    private static int[] tokens;
    private static float[][] expected;

    @BeforeAll
    static void oracle() throws Exception {
        model = LlamaModel.open(RealModel.require());
        tokens = TinyRun.tokens(TOKENS, model.config().vocabSize(), 13);
        expected = TinyRun.decode(model, EngineOptions.of(1, 2, CONTEXT), PROMPT, tokens);
    }

    @AfterAll
    static void close() {
        if (model != null) {
            model.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 300", "2, 1, 100", "3, 1, 128", "1, 3, 16", "2, 2, 64"})
    void nodesThreadsAndChunksChangeNoBit(int nodes, int threads, int chunk) throws Exception {
        EngineOptions options = EngineOptions.of(nodes, threads, CONTEXT).withChunkRows(chunk);

        TinyRun.assertSameBits("decoding", expected, TinyRun.decode(model, options, PROMPT, tokens));
    }

    @Test
    void anUnevenPlanChangesNoBit() throws Exception {
        EngineOptions options = EngineOptions.of(1, 1, CONTEXT).withCapacities(List.of(1.0, 3.0));

        TinyRun.assertSameBits("decoding", expected, TinyRun.decode(model, options, PROMPT, tokens));
    }

    @Test
    void logitsOfEveryRowEndWithThoseOfTheLast() throws Exception {
        float[][] everyRow = TinyRun.everyRow(model, EngineOptions.of(1, 2, CONTEXT), tokens);

        TinyRun.assertSameBits("every row", expected, TinyRun.from(PROMPT, everyRow));
    }

    @Test
    void anotherTokenChangesBits() throws Exception {
        int[] other = tokens.clone();
        other[3]++;

        float[][] logits = TinyRun.decode(model, EngineOptions.of(1, 2, CONTEXT), TOKENS, other);

        assertThat(TinyRun.differ(TinyRun.from(TOKENS - PROMPT + 1, expected), logits))
                .isTrue();
    }
}
