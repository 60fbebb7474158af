/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.testing.RealModel;
import org.junit.jupiter.api.Test;

/**
 * Keys after RoPE and values of layer 0, read back from the cache, against golden/smollm2/trace.json; and the log-probability of every
 * prompt token against logits.json. Tolerances are for activations of 8 bits, each off by up to 1/254 of the largest in its block; layer
 * 0's values are small sums of large products and come out at 0.022.
 */
final class GoldenTraceTest {
    @Test
    void keysAndValuesOfLayerZeroAreTheReferences() throws Exception {
        JsonNode trace = ReferenceLogitsTest.golden("trace.json");
        int[] ids = ReferenceLogitsTest.ids(trace.get("ids"));
        try (LlamaModel model = LlamaModel.open(RealModel.require());
                EngineGroup group = EngineGroup.start(
                        model, EngineOptions.of(1, 1, 64).withKvType(KvType.F32), LoadListener.SILENT);
                Sequence sequence = group.open()) {
            new SequenceFeed(group).forward(sequence, ids, 0, ids.length);

            for (int kvHead = 0; kvHead < model.config().nKvHeads(); kvHead++) {
                HeadCache cache = sequence.cache(0).head(0, kvHead);
                assertThat(cache.length()).isEqualTo(ids.length);
                KvLayout layout = cache.layout();
                double keyError = relativeError(
                        trace.get("k0").get(kvHead),
                        (entry, d) -> layout.key(cache.memory(), cache.block(0), entry, d));
                double valueError = relativeError(
                        trace.get("v0").get(kvHead),
                        (entry, d) -> layout.value(cache.memory(), cache.block(0), entry, d));
                System.out.printf("KV head %d: keys off by %.5f, values by %.5f%n", kvHead, keyError, valueError);
                assertThat(keyError).isLessThan(0.01);
                assertThat(valueError).isLessThan(0.04);
            }
        }
    }

    @Test
    void everyPromptTokenHasAboutTheReferencesLogProbability() throws Exception {
        try (LlamaModel model = LlamaModel.open(RealModel.require());
                EngineGroup group = EngineGroup.start(model, EngineOptions.of(1, 2, 2048), LoadListener.SILENT)) {
            double squares = 0;
            double sum = 0;
            int count = 0;
            for (JsonNode prompt : ReferenceLogitsTest.golden("logits.json").get("prompts")) {
                int[] ids = ReferenceLogitsTest.ids(prompt.get("ids"));
                JsonNode expected = prompt.get("prompt_logprobs");
                double[] logProbabilities = new double[ids.length];
                try (Sequence sequence = group.open()) {
                    new SequenceFeed(group).forward(sequence, ids, 0, ids.length - 1, (row, logits, offset) -> {
                        double norm = ReferenceLogitsTest.logSumExp(logits, offset, group.vocabSize());
                        logProbabilities[row] = logits[offset + ids[row + 1]] - norm;
                    });
                }
                for (int i = 0; i < expected.size(); i++) {
                    double difference = logProbabilities[i] - expected.get(i).asDouble();
                    assertThat(Math.abs(difference))
                            .as("token %d of %s", i, prompt.get("text"))
                            .isLessThan(1);
                    squares += difference * difference;
                    sum += difference;
                    count++;
                }
            }
            System.out.printf(
                    "%d prompt tokens: rms %.3f, mean %.4f%n", count, Math.sqrt(squares / count), sum / count);
            assertThat(Math.sqrt(squares / count)).isLessThan(0.2);
            assertThat(Math.abs(sum / count)).isLessThan(0.02);
        }
    }

    /** An element of a cache. */
    private interface Element {
        float at(int entry, int d);
    }

    /** Root of the summed squares of differences as a share of that of the values {@code [entries, headDim]}. */
    private static double relativeError(JsonNode expected, Element actual) {
        double squares = 0;
        double size = 0;
        for (int entry = 0; entry < expected.size(); entry++) {
            for (int d = 0; d < expected.get(entry).size(); d++) {
                double value = expected.get(entry).get(d).asDouble();
                squares += Math.pow(actual.at(entry, d) - value, 2);
                size += value * value;
            }
        }
        return Math.sqrt(squares / size);
    }
}
