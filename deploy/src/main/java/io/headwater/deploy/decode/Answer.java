/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.model.generation.FinishReason;
import java.util.List;

/**
 * What one turn gave.
 *
 * @param tokens the one that ended the turn included
 * @param text without stop string and control tokens
 * @param logProbabilities one for each token, or none if they were not asked for
 * @param startNanos when prefill was over
 * @param firstTokenNanos when the first token was known
 * @param endNanos when the last one was
 */
public record Answer(
        List<Integer> tokens,
        String text,
        FinishReason finishReason,
        List<TokenLogProbability> logProbabilities,
        long startNanos,
        long firstTokenNanos,
        long endNanos) {
    public Answer {
        tokens = List.copyOf(tokens);
        logProbabilities = List.copyOf(logProbabilities);
    }

    /** Tokens per second from the first to the last; 0 for a single token. */
    public double tokensPerSecond() {
        return tokens.size() < 2 ? 0 : (tokens.size() - 1) * 1e9 / Math.max(1, endNanos - firstTokenNanos);
    }
}
