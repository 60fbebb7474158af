/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;

/** The scores that need one line and no scratch but a vector. */
public final class SimpleScores {
    private SimpleScores() {}

    /** StreamingLLM: the later, the better. */
    public static EntryScore recency() {
        return (head, scores) -> {
            for (int entry = 0; entry < head.length(); entry++) {
                scores[entry] = entry;
            }
        };
    }

    /**
     * H2O: attention that all queries so far paid to the entry; per query that could see it if {@code perQuery}, which takes the
     * early entries' advantage away (kvpress ObservedAttention).
     */
    public static EntryScore columnSums(boolean perQuery) {
        return (head, scores) -> columnSums(head, perQuery, scores);
    }

    static void columnSums(CompressibleHead head, boolean perQuery, float[] scores) {
        int next = head.position(head.length() - 1) + 1;
        for (int entry = 0; entry < head.length(); entry++) {
            int queries = perQuery ? next - head.position(entry) : 1;
            scores[entry] = head.columnSum(entry) / queries;
        }
    }

    /** Knorm: −‖k‖. */
    public static EntryScore keyNorm(int headDim) {
        float[] key = new float[headDim];
        return (head, scores) -> {
            for (int entry = 0; entry < head.length(); entry++) {
                EntryReader.key(head, entry, key, 0);
                scores[entry] = -EntryReader.norm(key, 0, headDim);
            }
        };
    }

    /** KeyDiff: minus the cosine with the mean of the unit keys. */
    public static EntryScore keyDifference(int headDim) {
        KeyGeometry geometry = new KeyGeometry(headDim);
        return (head, scores) -> {
            geometry.cosines(head, scores);
            for (int entry = 0; entry < head.length(); entry++) {
                scores[entry] = -scores[entry];
            }
        };
    }
}
