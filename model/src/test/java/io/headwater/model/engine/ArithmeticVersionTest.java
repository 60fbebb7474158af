/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.snapshot.ArithmeticVersion;
import io.headwater.testing.GgufFormat;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever changes a bit of any logit or column sum is told to raise the version: caches written before would go on with other numbers. */
final class ArithmeticVersionTest {
    private static final int CONTEXT = 256;
    private static final int TOKENS = 150;
    private static final int KV_HEADS = 3;
    private static final int LAYERS = 2;

    @TempDir
    private Path directory;

    /** A run's sum by policy. */
    private static Map<String, Long> sums() {
        Map<String, Long> sums = new LinkedHashMap<>();
        sums.put("none", 73239480L);
        sums.put("h2o", 546980321L);
        sums.put("snapkv:sinks=0", 2388765770L);
        sums.put("tova", 3460728797L);
        sums.put("keydiff", 4120111672L);
        sums.put("expected-attention", 1687218504L);
        sums.put("g-kv", 4194036964L);
        sums.put("r-kv", 4080715624L);
        sums.put("ems", 2521232063L);
        sums.put("ems:geometry=3,gamma=0.5,tau=0.6", 1317920426L);
        sums.put("kv-compress:window=8", 1811842382L);
        sums.put("ems:rank=sum,geometry=8,allocation=global,gamma=0.5,tau=0.6", 3512299609L);
        sums.put("ems:rank=sum,geometry=8,allocation=uniform,gamma=0.5,tau=0.6", 2368533453L);
        sums.put("ems:rank=sum,geometry=8,allocation=uniform,tau=0.2,gamma=2", 412781656L);
        sums.put(
                "ems:rank=sum,geometry=8,allocation=uniform,storage=compact,gamma=0.5,tau=0.2,bias=log-count",
                2008083588L);
        return sums;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void logitsAndColumnSumsOfAVersionNeverChange(int threads) throws Exception {
        Map<String, Long> sums = new LinkedHashMap<>();
        TinyModel tiny = TinyModel.create()
                .heads(6, KV_HEADS)
                .headDim(32)
                .contextLength(CONTEXT)
                .attention(GgufFormat.Q4_1)
                .ffn(GgufFormat.Q5_0);
        try (LlamaModel model = LlamaModel.open(tiny.write(directory));
                EngineGroup group =
                        EngineGroup.start(model, EngineOptions.of(1, threads, CONTEXT), LoadListener.SILENT)) {
            int[] tokens = TinyRun.tokens(TOKENS, group.vocabSize(), 5);
            for (String policy : sums().keySet()) {
                try (Sequence sequence = group.open(1, SnapshotsTest.options(policy))) {
                    CRC32C sum = new CRC32C();
                    for (float[] row : new SnapshotRun(group, tokens).read(sequence, TOKENS)) {
                        add(sum, row);
                    }
                    addColumnSums(sum, sequence.cache(0));
                    sums.put(policy, sum.getValue());
                }
            }
        }

        assertThat(sums)
                .as("if the arithmetic was meant to change: raise ArithmeticVersion.CURRENT, and put the new sums here")
                .isEqualTo(sums());
        assertThat(ArithmeticVersion.CURRENT).isEqualTo(5);
    }

    private static void addColumnSums(CRC32C sum, SequenceCache cache) {
        if (cache.kept().columnSums()) {
            for (int layer = 0; layer < LAYERS; layer++) {
                for (int kvHead = 0; kvHead < KV_HEADS; kvHead++) {
                    HeadCache head = cache.head(layer, kvHead);
                    for (int entry = 0; entry < head.length(); entry++) {
                        add(sum, head.columnSum(entry));
                    }
                }
            }
        }
    }

    private static void add(CRC32C sum, float... values) {
        for (float value : values) {
            int bits = Float.floatToRawIntBits(value);
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                sum.update(bits >>> shift);
            }
        }
    }
}
