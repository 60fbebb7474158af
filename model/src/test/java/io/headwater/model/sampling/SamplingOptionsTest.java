/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SamplingOptionsTest {
    @Test
    void defaultsAreGreedyWithoutAnyChange() {
        SamplingOptions defaults = SamplingOptions.defaults();

        assertThat(defaults.greedy()).isTrue();
        assertThat(defaults.penalises()).isFalse();
        assertThat(defaults).isEqualTo(new SamplingOptions(0, 0, 1, 0, 1, 0, 0, Map.of(), 0));
    }

    @Test
    void tellsAllProblemsAtOnce() {
        SamplingOptionsBuilder bad = SamplingOptions.builder()
                .temperature(-1)
                .topK(-2)
                .topP(0)
                .minP(1.5)
                .repeatPenalty(0)
                .presencePenalty(Double.NaN)
                .frequencyPenalty(1e9)
                .logitBias(Map.of(-1, Float.NaN))
                .logprobs(257);

        assertThatThrownBy(bad::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("temperature=-1.0: use 0 (greedy)")
                .hasMessageContaining("top-k=-2")
                .hasMessageContaining("top-p=0.0")
                .hasMessageContaining("min-p=1.5")
                .hasMessageContaining("repeat-penalty=0.0")
                .hasMessageContaining("presence-penalty=NaN")
                .hasMessageContaining("frequency-penalty=1.0E9")
                .hasMessageContaining("logit bias of token -1: token ids begin at 0")
                .hasMessageContaining("logit bias of token -1 is NaN")
                .hasMessageContaining("logprobs=257");
    }

    @Test
    void refusesTemperaturesThatAreNoNumberOrTooSmallToDivideBy() {
        for (double temperature : new double[] {Double.NaN, 1e-46, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() ->
                            SamplingOptions.builder().temperature(temperature).build())
                    .hasMessageStartingWith("temperature=");
        }
        assertThatCode(() -> SamplingOptions.builder().temperature(1e-5).build())
                .doesNotThrowAnyException();
    }

    @Test
    void aBiasOfAnUnknownTokenIsRefusedWithTheVocabularyAtHand() {
        SamplingOptions options =
                SamplingOptions.builder().logitBias(Map.of(10, 1f)).build();

        assertThatThrownBy(() -> new Sampler(options, 1, 10))
                .hasMessage("logit bias of token 10: the model's tokens are 0 to 9");
    }
}
