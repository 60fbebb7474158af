/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogitAdjustmentTest {
    @Test
    void appliesBiasThenRepeatThenCountsThenTemperature() {
        SamplingOptions options = SamplingOptions.builder()
                .temperature(0.5)
                .repeatPenalty(2)
                .presencePenalty(0.25)
                .frequencyPenalty(0.5)
                .logitBias(Map.of(0, 1f, 3, -3f))
                .build();
        TokenCounts counts = new TokenCounts(5);
        counts.prompt(0);
        counts.prompt(1);
        counts.sampled(2);
        counts.sampled(3);
        counts.sampled(3);
        float[] raw = {1f, -1f, 4f, 2f, 7f};

        float[] adjusted = new LogitAdjustment(options, 0, 5).apply(raw, counts);

        assertThat(adjusted)
                .containsExactly(
                        ((1f + 1f) / 2) / 0.5f,
                        (-1f * 2) / 0.5f,
                        (4f / 2 - (0.5f + 0.25f)) / 0.5f,
                        ((2f - 3f) * 2 - (2 * 0.5f + 0.25f)) / 0.5f,
                        7f / 0.5f);
        assertThat(raw).containsExactly(1f, -1f, 4f, 2f, 7f);
    }

    @Test
    void aShardAdjustsItsRowsAsTheWholeVocabularyWould() {
        float[] raw = Logits.withTies(new Random(1), 3000, 3);
        SamplingOptions options = SamplingOptions.builder()
                .temperature(0.7)
                .frequencyPenalty(0.3)
                .logitBias(Map.of(5, 1f, 1024, 2f, 2999, -1f))
                .build();
        TokenCounts counts = new TokenCounts(3000);
        for (int token = 0; token < 3000; token += 7) {
            counts.sampled(token);
        }
        float[] whole = new LogitAdjustment(options, 0, 3000).apply(raw, counts);

        float[] part = new LogitAdjustment(options, 1024, 1976).apply(Arrays.copyOfRange(raw, 1024, 3000), counts);

        assertThat(part).isEqualTo(Arrays.copyOfRange(whole, 1024, 3000));
    }

    @Test
    void lendsTheRawLogitsWhereNothingApplies() {
        float[] raw = {1f, 2f};

        assertThat(new LogitAdjustment(SamplingOptions.defaults(), 0, 2).apply(raw, new TokenCounts(0)))
                .isSameAs(raw);
    }
}
