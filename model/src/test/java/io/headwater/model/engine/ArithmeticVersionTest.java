/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.snapshot.ArithmeticVersion;
import io.headwater.testing.GgufFormat;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever changes a bit of any logit is told to raise the version: caches written before would go on with other numbers. */
final class ArithmeticVersionTest {
    private static final int CONTEXT = 256;
    private static final int TOKENS = 150;

    @TempDir
    private Path directory;

    @Test
    void logitsOfAVersionNeverChange() throws Exception {
        List<Long> sums = new ArrayList<>();
        TinyModel tiny = TinyModel.create()
                .heads(6, 3)
                .headDim(32)
                .contextLength(CONTEXT)
                .attention(GgufFormat.Q4_1)
                .ffn(GgufFormat.Q5_0);
        try (LlamaModel model = LlamaModel.open(tiny.write(directory));
                EngineGroup group = EngineGroup.start(model, EngineOptions.of(1, 1, CONTEXT), LoadListener.SILENT)) {
            int[] tokens = TinyRun.tokens(TOKENS, group.vocabSize(), 5);
            for (KvOptions kv :
                    List.of(KvOptions.NONE, SnapshotsTest.options("h2o"), SnapshotsTest.options("snapkv:sinks=0"))) {
                try (Sequence sequence = group.open(1, kv)) {
                    sums.add(sum(new SnapshotRun(group, tokens).read(sequence, TOKENS)));
                }
            }
        }

        assertThat(sums)
                .as("if the arithmetic was meant to change: raise ArithmeticVersion.CURRENT, and put the new sums here")
                .isEqualTo(List.of(73239480L, 4112731261L, 2388765770L));
        assertThat(ArithmeticVersion.CURRENT).isEqualTo(1);
    }

    private static long sum(float[][] rows) {
        CRC32C sum = new CRC32C();
        for (float[] row : rows) {
            for (float logit : row) {
                int bits = Float.floatToRawIntBits(logit);
                for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                    sum.update(bits >>> shift);
                }
            }
        }
        return sum.getValue();
    }
}
