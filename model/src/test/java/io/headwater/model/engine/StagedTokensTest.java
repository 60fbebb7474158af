/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.entropy.PrefillStages;
import io.headwater.compression.entropy.PrefillStages.Stage;
import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.kernels.KvType;
import io.headwater.testing.GgufFormat;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A prompt that is read by stages, against the same in plain f64: which tokens go on, where they stand, and what later tokens make of them. */
final class StagedTokensTest {
    private static final int CONTEXT = 256;
    private static final int PROMPT = 150;
    private static final int AFTER = 6;
    private static final int WINDOW = 8;
    private static final PrefillStages STAGES = new PrefillStages(5, List.of(new Stage(2, 70), new Stage(4, 33)));

    @TempDir
    private Path directory;

    private LlamaModel model;
    private int[] tokens = {};

    @BeforeEach
    void open() throws Exception {
        model = LlamaModel.open(TinyModel.create()
                .layers(5)
                .heads(6, 3)
                .headDim(32)
                .format(GgufFormat.F32)
                .write(directory));
        tokens = TinyRun.tokens(PROMPT + AFTER, model.config().vocabSize(), 5);
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void theTokensAndTheLogitsAreThoseOfTheReferenceInDouble() throws Exception {
        DoubleForward reference = reference();
        double[][] expected = reference.logits(STAGES, WINDOW, PROMPT, tokens);
        try (EngineGroup group = group(2, 40);
                Sequence sequence = group.open(1, options(CONTEXT))) {
            read(group, sequence, PROMPT);
            assertThat(positions(sequence, 0))
                    .isEqualTo(IntStream.range(0, PROMPT).toArray());
            assertThat(positions(sequence, 2)).hasSize(70);
            int[] left = Arrays.copyOf(reference.positions(), 33);
            assertThat(positions(sequence, 4)).isEqualTo(left).endsWith(142, 143, 144, 145, 146, 147, 148, 149);

            for (int i = 0; i < AFTER; i++) {
                assertClose(group.logits(), expected[expected.length - AFTER - 1 + i]);
                StepBatch step = group.nextStep();
                step.add(sequence, tokens, PROMPT + i, PROMPT + i + 1, 1);
                group.run(step);
            }
            assertClose(group.logits(), expected[expected.length - 1]);
        }
    }

    @Test
    void thereAreTokensThatOtherStagesWouldHaveKept() throws Exception {
        DoubleForward staged = reference();
        double[][] expected = staged.logits(STAGES, WINDOW, PROMPT, tokens);
        double[][] all = reference().logits(tokens);

        assertThat(staged.positions())
                .isNotEqualTo(IntStream.range(PROMPT - 33, PROMPT + AFTER).toArray());
        assertThat(expected[expected.length - 1][0]).isNotEqualTo(all[all.length - 1][0]);
    }

    @Test
    void aSequenceInTheMiddleOfStagesTakesNothingElse() throws Exception {
        try (EngineGroup group = group(1, 40);
                Sequence sequence = group.open(1, options(CONTEXT));
                Sequence other = group.open(2)) {
            StepBatch step = group.nextStep();
            assertThat(step.addStaged(sequence, tokens, PROMPT, 1000, 0)).isEqualTo(40);
            assertThat(step.room()).isZero();
            assertThatThrownBy(() -> step.add(other, tokens, 0, 1, 0)).isInstanceOf(IllegalArgumentException.class);
            group.run(step);
            assertThat(sequence.staging()).isTrue();
            assertThat(sequence.position()).isZero();

            StepBatch plain = group.nextStep();
            plain.add(sequence, tokens, 40, 41, 0);
            assertThatThrownBy(() -> group.run(plain))
                    .hasMessage(
                            "sequence 1 is in the middle of a prompt that it reads by stages: read its last stage first");
            StepBatch beside = group.nextStep();
            beside.add(other, tokens, 0, 1, 0);
            assertThat(beside.addStaged(sequence, tokens, PROMPT, 1000, 0)).isZero();
            StepBatch early = group.nextStep();
            early.addStaged(sequence, tokens, 0, 5, 1, false);
            assertThatThrownBy(() -> group.run(early))
                    .hasMessageContaining("logits are wanted of rows that are not the last");
        }
    }

    @Test
    void nobodyIsForkedWhoReadsByStages() throws Exception {
        try (EngineGroup group = group(1, 40);
                Sequence full = group.open(1);
                Sequence staged = group.open(2, options(CONTEXT))) {
            assertThatThrownBy(() -> group.fork(full, 3, options(CONTEXT)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("by stages cannot be forked");
            assertThatThrownBy(() -> group.fork(staged, 3, KvOptions.NONE))
                    .hasMessageContaining("by stages cannot be forked");
        }
    }

    private EngineGroup group(int nodes, int chunk) throws Exception {
        return EngineGroup.start(
                model,
                EngineOptions.of(nodes, 1, CONTEXT).withChunkRows(chunk).withKvType(KvType.F32),
                LoadListener.SILENT);
    }

    private static KvOptions options(int budget) throws Exception {
        KvPolicy policy = KvPolicy.parse("uncomp:allocation=uniform,stages=on/" + STAGES.text());
        return new KvOptions(policy, budget, 16, CONTEXT);
    }

    private void read(EngineGroup group, Sequence sequence, int to) throws EngineException {
        while (sequence.position() < to) {
            StepBatch step = group.nextStep();
            step.addStaged(sequence, tokens, to, 40, 1);
            group.run(step);
        }
    }

    private static int[] positions(Sequence sequence, int layer) {
        HeadCache head = sequence.cache(0).head(layer, 0);
        return IntStream.range(0, head.length()).map(head::position).toArray();
    }

    private DoubleForward reference() {
        double[] frequencies = new double[model.config().headDim() / 2];
        for (int pair = 0; pair < frequencies.length; pair++) {
            frequencies[pair] = Math.pow(10000, -2.0 * pair / model.config().headDim());
        }
        return new DoubleForward(model, frequencies);
    }

    private static void assertClose(float[] actual, double[] expected) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
            assertThat(Math.abs(actual[i] - expected[i])).as("logit %d", i).isLessThan(1e-4 * largest);
        }
    }
}
