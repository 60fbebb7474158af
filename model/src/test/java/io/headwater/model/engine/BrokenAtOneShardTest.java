/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.ShardPlan;
import io.headwater.model.shard.Units;
import io.headwater.testing.GgufFormat;
import io.headwater.testing.GgufWriter;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Numbers that break at the last shard only, by its share of a weight that is far too large, fail the same run in the same step at all shards. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class BrokenAtOneShardTest {
    private static final int DIM = 64;
    private static final int HIDDEN = 96;
    private static final int VOCABULARY = 320;
    private static final int CONTEXT = 256;
    private static final int BAD_TOKEN = 9;
    private static final float HUGE = 3e38f;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void onlyTheSequenceThatMeetsItFailsAndTheOthersGoOnWithTheirBits(int shards) throws Exception {
        float[] embedding = new float[DIM * VOCABULARY];
        for (int i = 0; i < embedding.length; i++) {
            embedding[i] = i % DIM == 0 ? 0 : (i * 31 % 17 - 8) / 8f;
        }
        GgufWriter healthy = model().writer();
        healthy.tensor("token_embd.weight", GgufFormat.F32, List.of((long) DIM, (long) VOCABULARY), embedding.clone());
        healthy.tensor("blk.0.attn_v.weight", GgufFormat.F32, List.of((long) DIM, (long) HIDDEN), values(0));
        embedding[BAD_TOKEN * DIM] = 1;
        GgufWriter damaged = model().writer();
        damaged.tensor("token_embd.weight", GgufFormat.F32, List.of((long) DIM, (long) VOCABULARY), embedding);
        damaged.tensor("blk.0.attn_v.weight", GgufFormat.F32, List.of((long) DIM, (long) HIDDEN), values(HUGE));

        Outcome expected =
                steps(healthy.write(directory.resolve("healthy.gguf")), 1).getFirst();
        List<Outcome> outcomes = steps(damaged.write(directory.resolve("damaged.gguf")), shards);

        assertThat(expected.failures).containsExactly("", "", "", "");
        for (Outcome outcome : outcomes) {
            assertThat(outcome.failures)
                    .containsExactly(
                            "",
                            "what attention gives is not finite or out of range in layer 0 at position 2"
                                    + ": the model file is damaged or unfit for 8-bit activations",
                            "",
                            "");
            assertThat(outcome.positions).containsExactly(5, 0);
        }
        TinyRun.assertSameBits(
                "the other sequence",
                expected.logits.toArray(float[][]::new),
                outcomes.getFirst().logits.toArray(float[][]::new));
    }

    /** Wv of the last head: only its first column, which only the bad token's embedding is not 0 in, may be huge. */
    private static float[] values(float first) {
        float[] weights = new float[DIM * HIDDEN];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (i * 13 % 11 - 5) / 16f;
            if (i % DIM < 32) { // the block that shares the huge weight's scale
                weights[i] = 0;
            }
        }
        for (int row = 64; row < HIDDEN; row++) {
            weights[row * DIM] = first;
        }
        return weights;
    }

    @ParameterizedTest
    @CsvSource({
        "blk.1.attn_output.weight, what attention gives",
        "blk.1.ffn_up.weight, what the MLP gives",
        "blk.1.ffn_down.weight, what the MLP gives"
    })
    void theSentenceIsTheSameInEveryPlan(String tensor, String what) throws Exception {
        boolean rows = tensor.contains("ffn_up");
        int columns = rows ? DIM : HIDDEN;
        float[] weights = new float[DIM * HIDDEN];
        Arrays.fill(weights, 0.25f);
        for (int i = 0; i < weights.length; i++) {
            if (rows ? i / columns >= 64 : i % columns >= 64) {
                weights[i] = HUGE;
            }
        }
        GgufWriter writer = model().writer();
        writer.tensor(tensor, GgufFormat.F32, List.of((long) columns, (long) weights.length / columns), weights);
        Path file = writer.write(directory.resolve("damaged.gguf"));
        String sentence = what + " is not finite or out of range in layer 1 at position 0"
                + ": the model file is damaged or unfit for 8-bit activations";
        for (int shards = 1; shards <= 3; shards++) {
            for (Outcome outcome : steps(file, shards)) {
                assertThat(outcome.failures).as("%d shards", shards).containsExactly(sentence, sentence);
                assertThat(outcome.positions).containsExactly(0, 0);
            }
        }
    }

    private static TinyModel model() {
        return TinyModel.create().contextLength(CONTEXT).heads(3, 3).headDim(32).format(GgufFormat.F32);
    }

    /** What every shard sees of two sequences in one step, and, if the first is sound, of two more steps of it. */
    private static List<Outcome> steps(Path file, int shards) throws Exception {
        try (LlamaModel model = LlamaModel.open(file)) {
            ShardPlan plan = ShardPlan.even(1, Units.of(model.config()), shards);
            MemoryExchange exchange = new MemoryExchange(shards, 0, TimeUnit.SECONDS.toNanos(50));
            CountDownLatch done = new CountDownLatch(shards);
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<Outcome> each : PhaseBarrierTest.all(shards, shard -> {
                Exchange end = exchange.end(shard, 128 * model.config().dim());
                try (EngineGroup group = EngineGroup.startShard(
                                model, EngineOptions.of(1, 1, CONTEXT), plan, shard, end, LoadListener.SILENT);
                        Sequence good = group.open(1);
                        Sequence bad = group.open(2)) {
                    Outcome outcome = new Outcome();
                    StepBatch step = group.nextStep();
                    step.add(good, new int[] {5, 6, 7}, 0, 3, 1);
                    step.add(bad, new int[] {5, 6, BAD_TOKEN, 7}, 0, 4, 1);
                    outcome.run(group, step);
                    for (int token = 1; token <= 2 && good.position() > 0; token++) {
                        step = group.nextStep();
                        step.add(good, new int[] {token}, 0, 1, 1);
                        outcome.run(group, step);
                    }
                    outcome.positions = List.of(good.position(), bad.position());
                    done.countDown(); // closing ends the exchange for all
                    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
                    return outcome;
                }
            })) {
                outcomes.add(each.get());
            }
            return outcomes;
        }
    }

    private static final class Outcome {
        private final List<String> failures = new ArrayList<>();
        private final List<float[]> logits = new ArrayList<>();
        private List<Integer> positions = List.of();

        /** Notes each run's failure, and the first run's logits. */
        private void run(EngineGroup group, StepBatch step) throws EngineException {
            group.run(step);
            for (int run = 0; run < step.runs(); run++) {
                String failure = step.failure(run);
                failures.add(failure == null ? "" : failure);
            }
            logits.add(TinyRun.lastLogits(group));
        }
    }
}
