/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import java.util.List;

/**
 * Chooses the tokens of one turn: bias, penalties, temperature ({@link LogitAdjustment}), then the argmax (temperature 0, the
 * lowest id of equal ones) or a draw ({@link Draw}) with the random number of (seed, index of the token in the session). The
 * same logits, options, counts, seed and index give the same token on every machine. Allocates nothing after construction.
 * Owned by the decoding thread.
 */
public final class Sampler {
    private final SamplingOptions options;
    private final long seed;
    private final int vocabSize;
    private final Philox random = new Philox();
    private final TokenCounts counts;
    private final LogitAdjustment adjustment;
    private final ShardSummary summary;
    private final List<ShardSummary> shards;
    private final VocabularyMerge merge;
    private final RankedRows ranked;
    private final Draw draw;
    private final LogProbabilities logProbabilities;

    /**
     * A sampler for a vocabulary.
     *
     * @throws IllegalArgumentException where a bias names a token that the vocabulary does not have
     */
    public Sampler(SamplingOptions options, long seed, int vocabSize) {
        this(options, seed, vocabSize, BestRows.SENT);
    }

    /** With another number of best rows: it decides how often all rows are fetched, never the token. */
    Sampler(SamplingOptions options, long seed, int vocabSize, int bestRows) {
        options.checkVocabulary(vocabSize);
        this.options = options;
        this.seed = seed;
        this.vocabSize = vocabSize;
        counts = new TokenCounts(options.penalises() ? vocabSize : 0);
        adjustment = new LogitAdjustment(options, 0, vocabSize);
        int drawn = options.greedy() ? 0 : vocabSize;
        summary = new ShardSummary(0, drawn, bestRows);
        shards = List.of(summary);
        merge = new VocabularyMerge(Math.min(bestRows, drawn));
        ranked = new RankedRows(drawn);
        draw = new Draw(options, vocabSize);
        logProbabilities = new LogProbabilities(options.logprobs() == 0 ? 0 : vocabSize, options.logprobs());
    }

    /**
     * The next token. It is not counted: call {@link TokenCounts#sampled} with whatever token the turn really takes.
     *
     * @param logits raw logits {@code [vocabSize]}, not changed
     * @param tokenIndex index in the session of the token to choose
     * @throws BrokenLogitsException where a logit is NaN or +∞, or no token is possible
     */
    public int sample(float[] logits, long tokenIndex) {
        BrokenLogitsException.checkLength(logits, vocabSize, tokenIndex);
        float[] adjusted = adjustment.apply(logits, counts);
        int token = options.greedy() ? best(adjusted, tokenIndex) : drawn(adjusted, tokenIndex);
        if (options.logprobs() > 0) {
            logProbabilities.row(logits, tokenIndex);
        }
        return token;
    }

    private static int best(float[] adjusted, long tokenIndex) {
        int token = Argmax.of(adjusted, 0, adjusted.length);
        if (token < 0) {
            throw BrokenLogitsException.notFinite(-1 - token, adjusted[-1 - token], tokenIndex);
        }
        if (adjusted[token] == Float.NEGATIVE_INFINITY) {
            throw BrokenLogitsException.nothingPossible(tokenIndex);
        }
        return token;
    }

    private int drawn(float[] adjusted, long tokenIndex) {
        int broken = summary.compute(adjusted);
        if (broken != ShardSummary.OK) {
            throw BrokenLogitsException.notFinite(broken, adjusted[broken], tokenIndex);
        }
        merge.merge(shards);
        if (merge.max() == Float.NEGATIVE_INFINITY) {
            throw BrokenLogitsException.nothingPossible(tokenIndex);
        }
        ranked.reset(merge.best(), adjusted);
        return draw.token(ranked, merge.max(), merge.mass(), random.uniform(seed, tokenIndex));
    }

    /** What the penalties count: the caller notes prompt and sampled tokens here. */
    public TokenCounts counts() {
        return counts;
    }

    /** Log-probabilities of the last row's raw logits; only where {@link SamplingOptions#logprobs} is not 0. */
    public LogProbabilities logProbabilities() {
        if (options.logprobs() == 0) {
            throw new IllegalStateException("logprobs=0: no log-probabilities were asked for");
        }
        return logProbabilities;
    }

    /** Whether the last draw needed more rows than the best ones. */
    boolean fetchedAllRows() {
        return ranked.fetched();
    }
}
