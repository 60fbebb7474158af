/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.ShardPlan;
import io.headwater.model.shard.Units;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Groups of one shard each, joined by an exchange, are one engine. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class StartShardTest {
    private static final int CONTEXT = 256;
    private static final int PROMPT = 21;
    private static final int TOKENS = 30;
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(50);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void threeShardsOnThreeThreadsGiveTheBitsOfOneGroup(int threads) throws Exception {
        try (LlamaModel model = LlamaModel.open(three().write(directory))) {
            int[] tokens = TinyRun.tokens(TOKENS, model.config().vocabSize(), 4);
            float[][] expected = TinyRun.decode(model, EngineOptions.of(1, 1, CONTEXT), PROMPT, tokens);
            ShardPlan plan = ShardPlan.deal(7, Units.of(model.config()), List.of(1.0, 2.0, 1.5));
            MemoryExchange exchange = new MemoryExchange(3, 0, TIMEOUT_NANOS);
            CountDownLatch done = new CountDownLatch(3);

            List<Future<float[][]>> shards = PhaseBarrierTest.all(3, shard -> {
                Recording end =
                        new Recording(exchange.end(shard, 128 * model.config().dim()));
                EngineOptions options = EngineOptions.of(3, threads, CONTEXT);
                try (EngineGroup group =
                        EngineGroup.startShard(model, options, plan, shard, end, LoadListener.SILENT)) {
                    if (shard != 1) {
                        group.warmUp(Duration.ofMillis(50)); // at any time, by any of them: nobody else hears of it
                    }
                    assertThat(end.steps).isEmpty();
                    float[][] rows = decode(group, tokens);
                    assertThat(end.steps).startsWith(1L, 2L, 3L).hasSize(TOKENS - PROMPT + 1);
                    done.countDown(); // closing ends the exchange for all
                    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
                    return rows;
                }
            });

            TinyRun.assertSameBits("three groups", expected, shards.getFirst().get());
            for (Future<float[][]> shard : shards) {
                shard.get();
            }
        }
    }

    @Test
    void aShardTellsTheKvBytesOfAllShards() throws Exception {
        try (LlamaModel model = LlamaModel.open(three().write(directory))) {
            ShardPlan plan = ShardPlan.even(1, Units.of(model.config()), 3);
            MemoryExchange exchange = new MemoryExchange(3, 0, TIMEOUT_NANOS);
            EngineOptions options = EngineOptions.of(1, 1, CONTEXT);
            try (EngineGroup whole = EngineGroup.start(model, options, LoadListener.SILENT);
                    Sequence everywhere = whole.open(1);
                    EngineGroup part =
                            EngineGroup.startShard(model, options, plan, 1, exchange.end(1, 0), LoadListener.SILENT);
                    Sequence here = part.open(1)) {
                whole.prepare(batch(whole, everywhere));
                part.prepare(batch(part, here));

                assertThat(here.kvBytes()).isPositive().isEqualTo(everywhere.kvBytes());
                assertThat(here.peakKvBytes()).isEqualTo(everywhere.peakKvBytes());
            }
        }
    }

    private static StepBatch batch(EngineGroup group, Sequence sequence) {
        StepBatch batch = group.nextStep();
        batch.add(sequence, new int[] {1, 2, 3}, 0, 3, 0);
        return batch;
    }

    @Test
    void aPeersLossIsTheReasonThatTheStepFails() throws Exception {
        try (LlamaModel model = LlamaModel.open(three().write(directory))) {
            ShardPlan plan = ShardPlan.even(1, Units.of(model.config()), 2);
            MemoryExchange exchange = new MemoryExchange(2, 0, TIMEOUT_NANOS);

            List<Future<Integer>> shards = PhaseBarrierTest.all(2, shard -> {
                Exchange end = exchange.end(shard, 128 * model.config().dim());
                try (EngineGroup group = EngineGroup.startShard(
                                model, EngineOptions.of(2, 2, CONTEXT), plan, shard, end, LoadListener.SILENT);
                        Sequence sequence = group.open(1)) {
                    new SequenceFeed(group).forward(sequence, new int[] {1}, 0, 1);
                    if (shard == 1) {
                        end.abort("shard 1 is gone");
                        return 1;
                    }
                    new SequenceFeed(group).forward(sequence, new int[] {1}, 0, 1);
                    return 0;
                }
            });

            assertThat(shards.get(1).get()).isEqualTo(1);
            assertThatThrownBy(() -> shards.get(0).get())
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("shard 1 is gone: the engines have stopped");
        }
    }

    @Test
    void warmingUpCountsNoStepAndLeavesNoMemoryAndNoBitBehind() throws Exception {
        try (LlamaModel model = LlamaModel.open(three().write(directory))) {
            int[] tokens = TinyRun.tokens(TOKENS, model.config().vocabSize(), 4);
            float[][] expected = TinyRun.decode(model, EngineOptions.of(1, 1, CONTEXT), PROMPT, tokens);
            for (int context : new int[] {1, 20, CONTEXT}) {
                for (int chunk : new int[] {1, 3, 128}) {
                    EngineOptions options = EngineOptions.of(3, 1, context).withChunkRows(chunk);
                    try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT)) {
                        group.warmUp(Duration.ofMillis(100));
                        assertThat(group.statistics().steps()).isZero();
                        assertThat(group.nextStep().rows()).isZero();
                        if (context == CONTEXT) {
                            TinyRun.assertSameBits("after warming up", expected, decode(group, tokens));
                        }
                    }
                }
            }
        }
    }

    private static TinyModel three() {
        return TinyModel.create().contextLength(CONTEXT).heads(3, 3).headDim(32);
    }

    private static float[][] decode(EngineGroup group, int[] tokens) throws Exception {
        float[][] rows = new float[TOKENS - PROMPT + 1][];
        try (Sequence sequence = group.open(5)) {
            int done = 0;
            for (int i = 0; i < rows.length; i++) {
                new SequenceFeed(group).forward(sequence, tokens, done, PROMPT + i);
                done = PROMPT + i;
                rows[i] = TinyRun.lastLogits(group);
            }
        }
        return rows;
    }

    /** Notes the steps that begin. */
    private static final class Recording implements Exchange {
        final List<Long> steps = new ArrayList<>();
        private final Exchange end;

        Recording(Exchange end) {
            this.end = end;
        }

        @Override
        public void begin(long step) {
            steps.add(step);
            end.begin(step);
        }

        @Override
        public void allReduce(long[] sums, int count, int dim, int layer, int phase) throws ExchangeException {
            end.allReduce(sums, count, dim, layer, phase);
        }

        @Override
        public void gather(float[] values, int rows, int stride, int from, int to) throws ExchangeException {
            end.gather(values, rows, stride, from, to);
        }

        @Override
        public long sentBytes() {
            return end.sentBytes();
        }

        @Override
        public void abort(String reason) {
            end.abort(reason);
        }
    }
}
