/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import java.util.List;

/**
 * Log-probabilities of one row of raw logits: log p(token) = logit − log Z in f64, with the exact sums of {@link UnitSums} and
 * {@link VocabularyMerge}, so their bits depend on the logits alone. Also the best tokens. Reused from row to row without
 * allocation; owned by one thread.
 */
public final class LogProbabilities {
    private final ShardSummary summary;
    private final List<ShardSummary> shards;
    private final VocabularyMerge merge;
    private final int vocabSize;
    private float[] logits = new float[0];
    private double logNormaliser;

    /** For rows of {@code vocabSize} logits, with the {@code top} best tokens of each (0 where only given tokens count). */
    public LogProbabilities(int vocabSize, int top) {
        this.vocabSize = vocabSize;
        summary = new ShardSummary(0, vocabSize, top);
        shards = List.of(summary);
        merge = new VocabularyMerge(Math.min(top, vocabSize));
    }

    /**
     * Takes a row {@code [vocabSize]}, which is read again by {@link #of} and must stay as it is until the next call.
     *
     * @param position names the row in an error
     * @throws BrokenLogitsException where a logit is NaN or +∞, or all are −∞
     */
    public void row(float[] rawLogits, long position) {
        BrokenLogitsException.checkLength(rawLogits, vocabSize, position);
        int broken = summary.compute(rawLogits);
        if (broken != ShardSummary.OK) {
            throw BrokenLogitsException.notFinite(broken, rawLogits[broken], position);
        }
        merge.merge(shards);
        if (merge.max() == Float.NEGATIVE_INFINITY) {
            throw BrokenLogitsException.nothingPossible(position);
        }
        logits = rawLogits;
        logNormaliser = merge.logNormaliser();
    }

    /** log p of a token. */
    public double of(int token) {
        return logits[token] - logNormaliser;
    }

    /** How many best tokens there are: {@code top}, or fewer in a smaller vocabulary. */
    public int topCount() {
        return merge.best().size();
    }

    /** The token at a rank, 0 = the most probable, of equal ones the lowest id. */
    public int topToken(int rank) {
        return RowKey.token(merge.best().key(rank));
    }

    /** log p of the token at a rank. */
    public double topLogProbability(int rank) {
        return of(topToken(rank));
    }

    /** The raw logit of the token at a rank. */
    public float topLogit(int rank) {
        return logits[topToken(rank)];
    }
}
