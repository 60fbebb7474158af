/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import java.util.Map;

/** Sets {@link SamplingOptions} by name; what is not set is as in {@link SamplingOptions#defaults()}. */
public final class SamplingOptionsBuilder {
    private double temperature = 0;
    private int topK = 0;
    private double topP = 1;
    private double minP = 0;
    private double repeatPenalty = 1;
    private double presencePenalty = 0;
    private double frequencyPenalty = 0;
    private Map<Integer, Float> logitBias = Map.of();
    private int logprobs = 0;

    SamplingOptionsBuilder() {}

    public SamplingOptionsBuilder temperature(double value) {
        temperature = value;
        return this;
    }

    public SamplingOptionsBuilder topK(int value) {
        topK = value;
        return this;
    }

    public SamplingOptionsBuilder topP(double value) {
        topP = value;
        return this;
    }

    public SamplingOptionsBuilder minP(double value) {
        minP = value;
        return this;
    }

    public SamplingOptionsBuilder repeatPenalty(double value) {
        repeatPenalty = value;
        return this;
    }

    public SamplingOptionsBuilder presencePenalty(double value) {
        presencePenalty = value;
        return this;
    }

    public SamplingOptionsBuilder frequencyPenalty(double value) {
        frequencyPenalty = value;
        return this;
    }

    public SamplingOptionsBuilder logitBias(Map<Integer, Float> value) {
        logitBias = value;
        return this;
    }

    public SamplingOptionsBuilder logprobs(int value) {
        logprobs = value;
        return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException with one sentence for each value that cannot be used
     */
    public SamplingOptions build() {
        return new SamplingOptions(
                temperature, topK, topP, minP, repeatPenalty, presencePenalty, frequencyPenalty, logitBias, logprobs);
    }
}
