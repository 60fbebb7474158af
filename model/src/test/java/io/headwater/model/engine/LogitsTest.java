/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.llama.LlamaModel;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogitsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 33, 64})
    void logitsAreExactlyTheLastRowsAlsoAfterEveryRowWasTold(int count) throws Exception {
        int[] tokens = TinyRun.tokens(count + 1, 320, 1);
        float[] last = new float[320];
        try (LlamaModel model = LlamaModel.open(TinyModel.create().write(directory));
                EngineGroup group = EngineGroup.start(model, EngineOptions.of(2, 1, 256), LoadListener.SILENT);
                Sequence told = group.open();
                Sequence plain = group.open()) {
            new SequenceFeed(group)
                    .forward(
                            told,
                            tokens,
                            0,
                            count,
                            (_, all, offset) -> System.arraycopy(all, offset, last, 0, group.vocabSize()));
            assertThat(TinyRun.lastLogits(group)).isEqualTo(last);

            new SequenceFeed(group).forward(told, tokens, count, count + 1);
            float[] next = TinyRun.lastLogits(group);
            new SequenceFeed(group).forward(plain, tokens, 0, count + 1);
            assertThat(TinyRun.lastLogits(group)).hasSize(320).isEqualTo(next);
        }
    }
}
