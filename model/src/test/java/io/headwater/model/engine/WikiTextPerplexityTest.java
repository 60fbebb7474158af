/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.testing.RealModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Perplexity of the second halves of the first 20 windows of 512, within 0.5 % of golden/smollm2/perplexity.json. The text is not ours
 * to commit: {@code -Dheadwater.wikitext=PATH} names WikiText-2's word-level test.txt.
 */
@EnabledIfSystemProperty(named = "headwater.wikitext", matches = ".+")
final class WikiTextPerplexityTest {
    private static final int WINDOW = 512;

    @Test
    void perplexityIsWithinHalfAPercentOfTheReference() throws Exception {
        JsonNode golden = ReferenceLogitsTest.golden("perplexity.json");
        String text = Files.readString(Path.of(System.getProperty("headwater.wikitext")));
        try (LlamaModel model = LlamaModel.open(RealModel.require());
                EngineGroup group = EngineGroup.start(model, EngineOptions.of(1, 2, WINDOW), LoadListener.SILENT)) {
            int[] ids = Tokenizer.of(model.file().metadata()).encode(text, false);
            assertThat(Arrays.copyOf(ids, 64))
                    .isEqualTo(ReferenceLogitsTest.ids(golden.get("protocol").get("first_64_ids")));
            JsonNode reference = golden.get("results").get("512");
            double sum = 0;
            int count = 0;
            for (JsonNode window : reference.get("windows")) {
                int from = window.get("token_range").get(0).asInt();
                double nll = secondHalf(group, Arrays.copyOfRange(ids, from, from + WINDOW));
                System.out.printf(
                        "window %s: %.3f, reference %.3f%n",
                        window.get("window"), nll, window.get("nll_second_half").asDouble());
                sum += nll;
                count += window.get("n_second_half").asInt();
            }
            double perplexity = Math.exp(sum / count);
            double expected = reference.get("ppl_second_half").asDouble();
            System.out.printf(
                    "perplexity %.4f, reference %.4f (%+.3f %%)%n",
                    perplexity, expected, 100 * (perplexity / expected - 1));

            assertThat(Math.abs(perplexity / expected - 1)).isLessThan(0.005);
        }
    }

    private static double secondHalf(EngineGroup group, int... ids) throws Exception {
        double[] sum = {0};
        try (Sequence sequence = group.open()) {
            new SequenceFeed(group).forward(sequence, ids, 0, WINDOW - 1, (row, logits, offset) -> {
                if (row >= WINDOW / 2) {
                    double norm = ReferenceLogitsTest.logSumExp(logits, offset, group.vocabSize());
                    sum[0] += norm - logits[offset + ids[row + 1]];
                }
            });
        }
        return sum[0];
    }
}
