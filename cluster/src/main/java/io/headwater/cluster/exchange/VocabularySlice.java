/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

/** Rows {@code [from, to)} of the vocabulary: those whose logits a node computes. */
public record VocabularySlice(int from, int to) {
    public VocabularySlice {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("from=" + from + " to=" + to + ": expected 0 ≤ from ≤ to");
        }
    }

    int count() {
        return to - from;
    }
}
