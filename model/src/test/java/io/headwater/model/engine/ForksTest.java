/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyDescription;
import io.headwater.model.engine.HashingEngine.Fingerprint;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A fork goes on as if it had been opened with its options in the first place, and harms nobody. */
final class ForksTest {
    private static final int CONTEXT = 256;
    private static final int PROMPT = 150;
    private static final int AFTER = 30;

    @TempDir
    private Path directory;

    private LlamaModel model;
    private EngineGroup group;
    private HashingEngine engine;
    private int[] tokens;

    @BeforeEach
    void start() throws Exception {
        model = LlamaModel.open(TinyModel.create()
                .heads(6, 3)
                .headDim(32)
                .contextLength(CONTEXT)
                .write(directory));
        group = EngineGroup.start(
                model,
                EngineOptions.of(2, 1, CONTEXT).withChunkRows(40).withKernels(KernelChoice.SCALAR),
                LoadListener.SILENT);
        engine = new HashingEngine(
                group, model.config(), Tokenizer.of(model.file().metadata()));
        tokens = TinyRun.tokens(PROMPT + AFTER, group.vocabSize(), 5);
    }

    @AfterEach
    void stop() {
        group.close();
        model.close();
    }

    static Stream<String> policies() {
        return KvPolicy.known().stream().map(PolicyDescription::name);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void aForkHasTheBitsOfASequenceOpenedWithItsPolicy(String name) throws Exception {
        KvOptions kept = options(KvPolicy.parse(name).window() > 1 ? name + ":window=8" : name, 48);

        Sequence own = engine.open(1, kept);
        read(own, PROMPT - 1);
        float[][] expected = compressAndGoOn(own);
        engine.close(own);

        Sequence collecting = engine.open(2, options("ems:window=16", CONTEXT));
        read(collecting, PROMPT - 1);
        Sequence fork = group.fork(collecting, 3, kept);
        float[][] actual = compressAndGoOn(fork);
        engine.close(fork);

        TinyRun.assertSameBits(name, expected, actual);
        Fingerprint first = engine.closed().get(0);
        Fingerprint second = engine.closed().get(1);
        assertThat(second.heads()).isEqualTo(first.heads());
        assertThat(second.lengths()).isEqualTo(first.lengths());
        assertThat(second.bytes()).isEqualTo(first.bytes());
        assertThat(collecting.position()).as("the sequence that was forked").isEqualTo(PROMPT - 1);
        engine.close(collecting);
    }

    @Test
    void aSequenceThatIsForkedGoesOnAsIfItHadNotBeen() throws Exception {
        Sequence full = group.open(1);
        read(full, PROMPT - 1);
        Sequence fork = group.fork(full, 2, options("keydiff", 20));
        compressAndGoOn(fork);
        float[][] after = compressAndGoOn(full);
        group.close(fork);
        group.close(full);

        Sequence alone = group.open(3);
        read(alone, PROMPT - 1);
        TinyRun.assertSameBits("without a fork", compressAndGoOn(alone), after);
        group.close(alone);
    }

    @Test
    void whatWasNotKeptCannotBeForked() throws Exception {
        Sequence full = group.open(1);
        read(full, 40);

        assertThatThrownBy(() -> group.fork(full, 2, options("h2o", 20)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot become one that keeps");
        assertThatThrownBy(() -> group.fork(full, 2, new KvOptions(KvPolicy.parse("keydiff"), 16, 16, 16)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("40 entries, this cache holds at most 32: raise its prefill limit");
        group.close(full);
    }

    private static KvOptions options(String policy, int budget) throws Exception {
        return new KvOptions(CalibratedPolicies.parse(policy), budget, 16, Integer.MAX_VALUE);
    }

    private void read(Sequence sequence, int to) throws EngineException {
        while (sequence.position() < to) {
            int from = sequence.position();
            StepBatch step = group.nextStep();
            step.add(sequence, tokens, from, Math.min(to, from + step.room()), 0);
            group.run(step);
        }
    }

    /** The prompt's last token, the change, and what comes after it; the logits of each. */
    private float[][] compressAndGoOn(Sequence sequence) throws EngineException {
        float[][] rows = new float[AFTER][];
        for (int i = 0; i < AFTER; i++) {
            StepBatch step = group.nextStep();
            step.add(sequence, tokens, PROMPT - 1 + i, PROMPT + i, 1);
            if (i == 0 && !sequence.options().full()) {
                step.changeAfterLast();
            }
            group.run(step);
            rows[i] = Arrays.copyOf(group.logits(), group.vocabSize());
        }
        return rows;
    }
}
