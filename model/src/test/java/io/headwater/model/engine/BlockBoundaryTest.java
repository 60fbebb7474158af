/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.kernels.KvType;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Decoding over the boundaries of KV blocks (32 entries) and of attention's chunks (256 entries). */
final class BlockBoundaryTest {
    private static final int CONTEXT = 1024;
    private static final int TOKENS = 530;

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = TinyModel.create().heads(6, 3).headDim(32).contextLength(CONTEXT).write(directory);
    }

    @ParameterizedTest
    @EnumSource
    void aPromptDecodedTokenByTokenHasTheBitsOfOneGivenAtOnce(KvType type) throws Exception {
        try (LlamaModel model = LlamaModel.open(file)) {
            int[] tokens = TinyRun.tokens(TOKENS, model.config().vocabSize(), 5);
            EngineOptions options = EngineOptions.of(1, 1, CONTEXT).withKvType(type);

            float[][] expected = TinyRun.everyRow(model, options.withChunkRows(TOKENS), tokens);

            TinyRun.assertSameBits("token by token", expected, TinyRun.decode(model, options, 1, tokens));
        }
    }

    /** Prompts that end on, just before and just after a boundary, then a few tokens beyond it. */
    @ParameterizedTest
    @CsvSource({
        "30, 1, 1",
        "31, 2, 2",
        "32, 3, 1",
        "33, 2, 1",
        "254, 1, 2",
        "255, 2, 1",
        "256, 3, 1",
        "257, 1, 3",
        "510, 2, 2"
    })
    void decodingGoesOnOverABoundary(int prompt, int nodes, int threads) throws Exception {
        try (LlamaModel model = LlamaModel.open(file)) {
            int[] tokens = TinyRun.tokens(prompt + 6, model.config().vocabSize(), prompt);
            EngineOptions oracle = EngineOptions.of(1, 1, CONTEXT).withKernels(KernelChoice.SCALAR);

            float[][] expected = TinyRun.from(prompt, TinyRun.everyRow(model, oracle, tokens));

            EngineOptions options = EngineOptions.of(nodes, threads, CONTEXT).withChunkRows(100);
            TinyRun.assertSameBits("decoding", expected, TinyRun.decode(model, options, prompt, tokens));
        }
    }

    @Test
    void sequencesThatTakeTurnsDoNotTouchEachOther() throws Exception {
        try (LlamaModel model = LlamaModel.open(file)) {
            EngineOptions options = EngineOptions.of(2, 2, CONTEXT);
            int[] one = TinyRun.tokens(70, model.config().vocabSize(), 1);
            int[] other = TinyRun.tokens(70, model.config().vocabSize(), 2);
            float[][] expectedOne = TinyRun.everyRow(model, options, one);
            float[][] expectedOther = TinyRun.everyRow(model, options, other);

            try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT);
                    Sequence first = group.open()) {
                for (int i = 0; i < 2; i++) {
                    try (Sequence second = group.open()) {
                        int from = first.position();
                        for (int at = 0; at < 70; at += 5) {
                            if (at < 35) {
                                new SequenceFeed(group).forward(first, one, from + at, from + at + 5);
                                assertThat(TinyRun.lastLogits(group)).isEqualTo(expectedOne[from + at + 4]);
                            }
                            new SequenceFeed(group).forward(second, other, at, at + 5);
                            assertThat(TinyRun.lastLogits(group)).isEqualTo(expectedOther[at + 4]);
                        }
                    }
                }
            }
        }
    }
}
