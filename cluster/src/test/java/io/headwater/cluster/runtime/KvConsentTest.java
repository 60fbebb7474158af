/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.Exchange;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.engine.NoKvMemoryException;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.llama.LlamaModel;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KvConsentTest {
    private static final int ROWS = 40;

    /** Else the next step, which is shorter, would find heads here with blocks that others need. */
    @Test
    void whatWasReservedForAStepThatAnotherNodeRefusesIsFreeAgain(@TempDir Path directory) throws Exception {
        EngineOptions options = EngineOptions.of(1, 1, 256).withChunkRows(ROWS);
        try (LlamaModel model = LlamaModel.open(TinyModel.create().write(directory));
                EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT);
                Sequence sequence = group.open(1)) {
            StepBatch step = group.nextStep();
            step.add(sequence, new int[ROWS], 0, ROWS, 1);

            group.prepare(step);
            assertThat(sequence.kvBytes()).isPositive();
            assertThatThrownBy(() -> consent(group, 0, 1).ask(group, step))
                    .isInstanceOf(NoKvMemoryException.class)
                    .hasMessageContaining("on shard 1 for 40 more tokens");
            assertThat(sequence.kvBytes()).as("at the leader").isZero();

            assertThat(consent(group, 1, 0).answer(group, step)).isFalse();
            assertThat(sequence.kvBytes()).as("at a follower").isZero();
        }
    }

    private static KvConsent consent(EngineGroup group, int shard, int refusing) {
        return new KvConsent(new Refusal(5 * refusing), group, shard, 2, 4, false);
    }

    /** Another node whose word comes to this: it has no room for the first run. {@code at}: where its words begin. */
    private record Refusal(int at) implements Exchange {
        @Override
        public void begin(long step) {}

        @Override
        public void allReduce(long[] sums, int count, int dim, int layer, int phase) {
            sums[at] += 1;
        }

        @Override
        public void gather(float[] values, int rows, int stride, int from, int to) {}

        @Override
        public long sentBytes() {
            return 0;
        }

        @Override
        public void abort(String reason) {}
    }
}
