/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.memory.ArenaOptions;
import io.headwater.testing.GgufFormat;
import io.headwater.testing.GgufWriter;
import io.headwater.testing.TinyModel;
import java.lang.Thread.UncaughtExceptionHandler;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong is said in one sentence, and nothing leaks: a group's close fails if memory is still held. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class EngineFaultTest {
    private static final int CONTEXT = 256;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 2", "2, 1", "2, 2"})
    void anActivationThatIsNotFiniteNamesLayerAndPositionAndTheGroupGoesOn(int nodes, int threads) throws Exception {
        int bad = 9;
        float[] embedding = new float[64 * 320];
        Arrays.fill(embedding, 0.5f);
        embedding[64 * bad + 7] = Float.NaN;
        GgufWriter writer = floats().writer();
        writer.tensor("token_embd.weight", GgufFormat.F32, List.of(64L, 320L), embedding);
        try (LlamaModel model = LlamaModel.open(writer.write(directory.resolve("nan.gguf")));
                EngineGroup group = start(model, EngineOptions.of(nodes, threads, CONTEXT))) {
            try (Sequence sequence = group.open()) {
                assertThatThrownBy(() -> new SequenceFeed(group).forward(sequence, new int[] {5, 6, 7, bad}, 0, 4))
                        .isInstanceOf(EngineException.class)
                        .hasMessageContaining("not finite in layer 0 at position 3");
            }
            try (Sequence sequence = group.open()) {
                new SequenceFeed(group).forward(sequence, new int[] {5, 6, 7}, 0, 3);
                assertThat(group.logits()[0]).isFinite();
                assertThat(sequence.position()).isEqualTo(3);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2"})
    void aContributionOutOfRangeNamesLayerAndPosition(int nodes, int threads) throws Exception {
        float[] huge = new float[64 * 96];
        Arrays.fill(huge, 1e30f);
        GgufWriter writer = floats().writer();
        writer.tensor("blk.1.ffn_down.weight", GgufFormat.F32, List.of(96L, 64L), huge);
        try (LlamaModel model = LlamaModel.open(writer.write(directory.resolve("huge.gguf")));
                EngineGroup group = start(model, EngineOptions.of(nodes, threads, CONTEXT));
                Sequence sequence = group.open()) {
            assertThatThrownBy(() -> new SequenceFeed(group).forward(sequence, new int[] {1}, 0, 1))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("out of range in layer 1 at position 0");
        }
    }

    @Test
    void aDamagedWeightNamesFileTensorAndRow() throws Exception {
        float[] damaged = new float[64 * 96];
        damaged[70 * 64 + 5] = Float.POSITIVE_INFINITY;
        GgufWriter writer = floats().writer();
        writer.tensor("blk.1.ffn_up.weight", GgufFormat.F32, List.of(64L, 96L), damaged);
        try (LlamaModel model = LlamaModel.open(writer.write(directory.resolve("damaged.gguf")))) {
            assertThatThrownBy(() -> start(model, EngineOptions.of(2, 2, CONTEXT)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("damaged.gguf: blk.1.ffn_up.weight (F32): row 70 holds Infinity");
        }
    }

    /** A cache of one shard only, with which the other must fail: an error that no model causes. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aWorkerThatFailsEndsTheStepOfAllShardsAtOnce(int threads) throws Exception {
        UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        AtomicInteger uncaught = new AtomicInteger();
        Thread.setDefaultUncaughtExceptionHandler((_, _) -> uncaught.incrementAndGet());
        try (LlamaModel model = open();
                EngineGroup group = start(model, EngineOptions.of(2, threads, CONTEXT));
                Sequence whole = group.open()) {
            Sequence half = new Sequence(1, List.of(whole.cache(0)));

            assertThatThrownBy(() -> new SequenceFeed(group).forward(half, new int[8], 0, 8))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("of shard 1 failed: java.lang.ArrayIndexOutOfBounds")
                    .hasCauseInstanceOf(ArrayIndexOutOfBoundsException.class)
                    .hasMessageContaining("the engines have stopped, start them again");
            assertThatThrownBy(() -> new SequenceFeed(group).forward(whole, new int[8], 0, 8))
                    .isInstanceOf(EngineException.class);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(uncaught.get()).isZero();
    }

    @Test
    void moreTokensThanTheContextAreRefusedAndNothingIsDecoded() throws Exception {
        try (LlamaModel model = open();
                EngineGroup group = start(model, EngineOptions.of(1, 1, 40));
                Sequence sequence = group.open()) {
            new SequenceFeed(group).forward(sequence, new int[40], 0, 39);

            assertThatThrownBy(() -> new SequenceFeed(group).forward(sequence, new int[2], 0, 2))
                    .isInstanceOf(EngineException.class)
                    .hasMessage(
                            "position 39 + 2 tokens exceed the context of 40: shorten the prompt or raise --context");
            new SequenceFeed(group).forward(sequence, new int[1], 0, 1);
            assertThat(sequence.position()).isEqualTo(40);
            assertThatThrownBy(() -> new SequenceFeed(group).forward(sequence, new int[1], 0, 1))
                    .isInstanceOf(EngineException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 320, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aTokenOutsideTheVocabularyIsRefused(int token) throws Exception {
        try (LlamaModel model = open();
                EngineGroup group = start(model, EngineOptions.of(1, 1, CONTEXT));
                Sequence sequence = group.open()) {
            assertThatThrownBy(() -> new SequenceFeed(group).forward(sequence, new int[] {1, token}, 0, 2))
                    .isInstanceOf(EngineException.class)
                    .hasMessage("token " + token + " is not in the vocabulary of 320 entries");
            assertThat(sequence.position()).isZero();
        }
    }

    @Test
    void noTokensAreRefused() throws Exception {
        try (LlamaModel model = open();
                EngineGroup group = start(model, EngineOptions.of(1, 1, CONTEXT));
                Sequence sequence = group.open()) {
            assertThatThrownBy(() -> new SequenceFeed(group).forward(sequence, new int[3], 1, 1))
                    .isInstanceOf(EngineException.class)
                    .hasMessage("no tokens to decode: give at least one");
        }
    }

    @Test
    void aContextBeyondTheModelsIsRefused() throws Exception {
        try (LlamaModel model = open()) {
            assertThatThrownBy(() -> start(model, EngineOptions.of(1, 1, CONTEXT + 1)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("context 257 exceeds the 256");
        }
    }

    @Test
    void tooManyRowsForThisHeapOrForArraysAreASentence() {
        assertThat(GroupStarter.failure(new OutOfMemoryError("Java heap space")))
                .hasMessageContaining("not enough Java heap for the engines (Java heap space")
                .hasMessageEndingWith("lower --context or --chunk");
        assertThat(GroupStarter.failure(new ArithmeticException("integer overflow")))
                .hasMessageEndingWith("lower --context or --chunk");
    }

    @Test
    void aListenerThatThrowsEndsTheStartAndNothingLeaks() throws Exception {
        IllegalStateException bug = new IllegalStateException("no terminal");
        try (LlamaModel model = open()) {
            assertThatThrownBy(() -> EngineGroup.start(model, EngineOptions.of(2, 1, CONTEXT), (_, _) -> {
                        throw bug;
                    }))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("no terminal")
                    .hasRootCause(bug)
                    .satisfies(e -> assertThat(e.getSuppressed()).isEmpty());
        }
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        EngineOptions options = EngineOptions.of(1, 1, CONTEXT);
        assertThatThrownBy(() -> options.withChunkRows(EngineOptions.MAX_CHUNK_ROWS + 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 65536 rows");
        assertThatThrownBy(() -> options.withKvLimitBytes(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void moreNodesThanHeadUnitsAreRefused() throws Exception {
        try (LlamaModel model = open()) {
            assertThatThrownBy(() -> start(model, EngineOptions.of(3, 1, CONTEXT)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("nodes=3: this model can be dealt out to 1 to 2 nodes");
        }
    }

    @Test
    void aKvLimitBelowOneSlabIsASentenceAndNothingLeaks() throws Exception {
        try (LlamaModel model = open();
                EngineGroup group = start(model, EngineOptions.of(2, 1, CONTEXT).withKvLimitBytes(1000));
                Sequence sequence = group.open()) {
            assertThatThrownBy(() -> new SequenceFeed(group).forward(sequence, new int[3], 0, 3))
                    .isInstanceOf(EngineException.class)
                    .hasMessage(
                            "no KV memory for 3 more tokens at position 0: the memory limit of the engine or its node");
            assertThat(sequence.position()).isZero();
        }
    }

    @Test
    void aFullKvCacheIsRefusedAndAnotherSequencesEndMakesRoomAgain() throws Exception {
        long oneSlab = ArenaOptions.DEFAULT_SLAB_BYTES;
        TinyModel tiny = TinyModel.create().contextLength(1 << 16);
        try (LlamaModel model = LlamaModel.open(tiny.write(directory));
                EngineGroup group = start(model, EngineOptions.of(1, 1, 1 << 16).withKvLimitBytes(oneSlab));
                Sequence kept = group.open()) {
            new SequenceFeed(group).forward(kept, new int[] {1}, 0, 1);
            float[] first = TinyRun.lastLogits(group);
            try (Sequence greedy = group.open()) {
                int[] tokens = new int[1 << 15];
                assertThatThrownBy(() -> new SequenceFeed(group).forward(greedy, tokens, 0, tokens.length))
                        .isInstanceOf(EngineException.class)
                        .hasMessageContaining("no KV memory for");
            }
            try (Sequence again = group.open()) {
                new SequenceFeed(group).forward(again, new int[] {1}, 0, 1);
                assertThat(TinyRun.lastLogits(group)).isEqualTo(first);
            }
        }
    }

    @Test
    void closingWithAnOpenSequenceSaysSo() throws Exception {
        try (LlamaModel model = open()) {
            EngineGroup group = start(model, EngineOptions.of(2, 2, CONTEXT));
            Sequence sequence = group.open();
            new SequenceFeed(group).forward(sequence, new int[3], 0, 3);

            assertThatThrownBy(group::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("1 sessions are open, close them first");

            sequence.close();
            group.close();
        }
    }

    @Test
    void aClosedGroupRefusesSteps() throws Exception {
        try (LlamaModel model = open()) {
            for (int threads = 1; threads <= 2; threads++) {
                EngineGroup group = start(model, EngineOptions.of(1, threads, CONTEXT));
                Sequence sequence = group.open();
                sequence.close();
                group.close();

                assertThatThrownBy(() -> new SequenceFeed(group).forward(new Sequence(1, List.of()), new int[1], 0, 1))
                        .isInstanceOf(EngineException.class)
                        .hasMessageContaining("closed");
            }
        }
    }

    private static TinyModel floats() {
        return TinyModel.create().format(GgufFormat.F32);
    }

    private LlamaModel open() throws Exception {
        return LlamaModel.open(TinyModel.create().write(directory));
    }

    private static EngineGroup start(LlamaModel model, EngineOptions options) throws EngineException {
        return EngineGroup.start(model, options, LoadListener.SILENT);
    }
}
