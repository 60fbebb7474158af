/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import java.util.Arrays;

/**
 * Which tokens a session has seen, for the penalties. A prompt's token counts for the repeat penalty only; a sampled one for all
 * three. Counting is free where {@code vocabSize} is 0 (no penalty is set): nothing is kept. Owned by the decoding thread.
 */
public final class TokenCounts {
    private static final int UNSEEN = -1;

    /** Per token how often it was sampled, or {@link #UNSEEN}. */
    private final int[] sampled;
    /** The tokens seen, each once, in the order of their first appearance. */
    private final int[] distinct;

    private int distinctCount;

    TokenCounts(int vocabSize) {
        sampled = new int[vocabSize];
        distinct = new int[vocabSize];
        Arrays.fill(sampled, UNSEEN);
    }

    /** Notes a token of the prompt, earlier turns included. */
    public void prompt(int token) {
        if (sampled.length > 0) {
            see(token);
        }
    }

    /** Notes a token that was sampled in this turn. */
    public void sampled(int token) {
        if (sampled.length > 0) {
            see(token);
            sampled[token]++;
        }
    }

    /** Forgets everything: a new turn notes its whole prompt, history included. */
    public void clear() {
        for (int i = 0; i < distinctCount; i++) {
            sampled[distinct[i]] = UNSEEN;
        }
        distinctCount = 0;
    }

    private void see(int token) {
        if (sampled[token] == UNSEEN) {
            sampled[token] = 0;
            distinct[distinctCount++] = token;
        }
    }

    int distinctCount() {
        return distinctCount;
    }

    int distinct(int index) {
        return distinct[index];
    }

    int timesSampled(int token) {
        return Math.max(0, sampled[token]);
    }
}
