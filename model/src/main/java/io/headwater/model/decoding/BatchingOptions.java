/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

/**
 * How a decode loop forms its steps. None of it changes a bit of any answer.
 *
 * @param maxSequences most requests at work together; an engine that has fewer rows in a step sets a lower limit
 * @param maxWaiting most requests that wait for one of those to end
 * @param maxKept most caches kept for a next turn: beyond it the one that was used longest ago is freed, and built again when it is needed
 * @param maxLeft most caches of requests that are over and keep none which stay for others that begin with the same tokens; 0: none
 * @param prefillShare a step that carries prompt tokens beside decoding sequences may take so many times as long as one without, for each sequence that
 *     still reads its prompt
 * @param leastPrefillRows prompt tokens that such a step carries in any case
 */
public record BatchingOptions(
        int maxSequences, int maxWaiting, int maxKept, int maxLeft, double prefillShare, int leastPrefillRows) {
    public BatchingOptions {
        if (maxSequences < 1
                || maxWaiting < 1
                || maxKept < 0
                || maxLeft < 0
                || !(prefillShare >= 1)
                || leastPrefillRows < 1) {
            throw new IllegalArgumentException("maxSequences=" + maxSequences + " maxWaiting=" + maxWaiting
                    + " maxKept=" + maxKept + " maxLeft=" + maxLeft + " prefillShare=" + prefillShare
                    + " leastPrefillRows=" + leastPrefillRows + ": each at least 1, maxKept and maxLeft at least 0");
        }
    }

    public static BatchingOptions defaults() {
        return new BatchingOptions(16, 64, 64, 0, 3, 8);
    }

    public BatchingOptions withMaxSequences(int sequences) {
        return new BatchingOptions(sequences, maxWaiting, maxKept, maxLeft, prefillShare, leastPrefillRows);
    }

    public BatchingOptions withMaxWaiting(int requests) {
        return new BatchingOptions(maxSequences, requests, maxKept, maxLeft, prefillShare, leastPrefillRows);
    }

    public BatchingOptions withMaxKept(int caches) {
        return new BatchingOptions(maxSequences, maxWaiting, caches, maxLeft, prefillShare, leastPrefillRows);
    }

    public BatchingOptions withMaxLeft(int caches) {
        return new BatchingOptions(maxSequences, maxWaiting, maxKept, caches, prefillShare, leastPrefillRows);
    }
}
