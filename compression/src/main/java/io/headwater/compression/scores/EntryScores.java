/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.Rotation;
import io.headwater.compression.scores.RetentionScore.Smoothing;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.QueryGroup;
import java.util.Locale;

/** What each policy's score is made of, and the sizes that its scratch has. */
public record EntryScores(KvLayout layout, int groupSize, int capacity, Kernels kernels, Rotation rotation) {
    /** The score of a policy, for one worker. */
    public EntryScore of(KvPolicy policy) {
        return switch (policy.name()) {
            case "streaming-llm" -> SimpleScores.recency();
            case "h2o" -> SimpleScores.columnSums(policy.on("per-query"));
            case "snapkv", "pyramidkv", "ada-kv", "uncomp" ->
                new WindowScore(window(policy), Pooling.of(policy.word("pool")), policy.window(), capacity);
            case "kvzip" -> Peaks::score;
            case "kv-compress" ->
                new SquaredScore(window(QueryGroup.squares(groupSize)), Pooling.of(policy.word("pool")), capacity);
            case "tova" ->
                new WindowScore(window(QueryGroup.mean(groupSize)), Pooling.of("none"), policy.window(), capacity);
            case "g-kv" -> retention(policy, policy.on("normalise"), policy.decimal("alpha"), policy.word("smooth"));
            case "r-kv" -> retention(policy, false, 0, "max");
            case "keydiff" -> SimpleScores.keyDifference(layout.headDim());
            case "knorm" -> SimpleScores.keyNorm(layout.headDim());
            case "expected-attention" -> expected(policy);
            case "ems" -> globalLocal(policy);
            default -> throw new IllegalArgumentException("KV policy " + policy.name() + " has no score");
        };
    }

    /** The score of EMS, which also tells the mass of each entry. */
    public GlobalLocalScore globalLocal(KvPolicy policy) {
        GlobalLocalScore.Options options = new GlobalLocalScore.Options(
                policy.sinks(),
                policy.window(),
                policy.reconstructs(),
                GlobalLocalScore.Combination.valueOf(policy.word("combine").toUpperCase(Locale.ROOT)),
                Pooling.of(policy.word("pool")),
                policy.on("per-query"),
                ViewRanks.Rule.valueOf(policy.word("rank").toUpperCase(Locale.ROOT)),
                policy.decimal("local"),
                policy.decimal("geometry"),
                Pooling.of(policy.word("geometry-pool")));
        return new GlobalLocalScore(options, window(policy), layout.headDim(), capacity);
    }

    private EntryScore retention(KvPolicy policy, boolean normalise, float alpha, String smooth) {
        RetentionScore.Options options = new RetentionScore.Options(
                policy.window(),
                normalise,
                alpha,
                Smoothing.valueOf(smooth.toUpperCase(Locale.ROOT)),
                Pooling.of(policy.word("pool")),
                policy.decimal("lambda"));
        return new RetentionScore(window(policy), redundancy(policy), options, capacity);
    }

    private Redundancy redundancy(KvPolicy policy) {
        boolean raw = policy.word("similarity").equals("raw");
        return new Redundancy(
                kernels, layout, capacity, raw, policy.decimal("threshold"), policy.decimal("temperature"));
    }

    private EntryScore expected(KvPolicy policy) {
        ExpectedAttention.Options options = new ExpectedAttention.Options(
                policy.sinks(),
                policy.whole("future", 0),
                policy.on("covariance"),
                policy.on("value-norm"),
                policy.decimal("epsilon"));
        return new ExpectedAttention(options, kernels, layout, groupSize, capacity, rotation);
    }

    private WindowAttention window(KvPolicy policy) {
        boolean max = policy.word("reduce").equals("max");
        return window(max ? QueryGroup.max(groupSize) : QueryGroup.mean(groupSize));
    }

    private WindowAttention window(QueryGroup group) {
        return new WindowAttention(kernels, layout, group, capacity);
    }
}
