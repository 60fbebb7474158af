/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import java.util.List;
import java.util.Map;

/**
 * Bias, then penalties, then temperature on the vocabulary rows of one shard, all in f32:
 *
 * <ol>
 *   <li>x + bias of the token (OpenAI's {@code logit_bias}; −∞ forbids it);
 *   <li>repeat penalty, for tokens of prompt and answer: x / r where x &gt; 0, else x · r (Keskar et al. 2019, as llama.cpp and
 *       Hugging Face do it; over the whole session, not over llama.cpp's last 64 tokens);
 *   <li>x − (frequency · n + presence) for tokens sampled n ≥ 1 times in this turn (OpenAI's formula, the answer's tokens only);
 *   <li>x / temperature, unless it is 0 (greedy) or 1.
 * </ol>
 */
final class LogitAdjustment {
    private final int firstToken;
    private final float[] adjusted;
    private final int[] biasedTokens;
    private final float[] biases;
    private final float repeat;
    private final float presence;
    private final float frequency;
    private final float temperature;

    /** For rows {@code [firstToken, firstToken + rows)}. */
    LogitAdjustment(SamplingOptions options, int firstToken, int rows) {
        this.firstToken = firstToken;
        List<Map.Entry<Integer, Float>> own = options.logitBias().entrySet().stream()
                .filter(bias -> bias.getKey() >= firstToken && bias.getKey() < firstToken + rows)
                .toList();
        biasedTokens = new int[own.size()];
        biases = new float[own.size()];
        for (int i = 0; i < biases.length; i++) {
            biasedTokens[i] = own.get(i).getKey();
            biases[i] = own.get(i).getValue();
        }
        repeat = (float) options.repeatPenalty();
        presence = (float) options.presencePenalty();
        frequency = (float) options.frequencyPenalty();
        temperature = options.greedy() ? 1f : (float) options.temperature();
        adjusted = new float[biases.length > 0 || options.penalises() || temperature != 1f ? rows : 0];
    }

    /** The rows to choose from: {@code raw [rows]} itself where nothing applies, else a buffer that lives until the next call. */
    float[] apply(float[] raw, TokenCounts counts) {
        if (adjusted.length == 0) {
            return raw;
        }
        System.arraycopy(raw, 0, adjusted, 0, adjusted.length);
        for (int i = 0; i < biases.length; i++) {
            adjusted[biasedTokens[i] - firstToken] += biases[i];
        }
        for (int i = 0; i < counts.distinctCount(); i++) {
            int token = counts.distinct(i);
            int row = token - firstToken;
            if (row >= 0 && row < adjusted.length) {
                adjusted[row] = penalised(adjusted[row], counts.timesSampled(token));
            }
        }
        if (temperature != 1f) {
            for (int row = 0; row < adjusted.length; row++) {
                adjusted[row] /= temperature;
            }
        }
        return adjusted;
    }

    private float penalised(float logit, int timesSampled) {
        float repeated = logit > 0 ? logit / repeat : logit * repeat;
        return timesSampled == 0 ? repeated : repeated - (frequency * timesSampled + presence);
    }
}
