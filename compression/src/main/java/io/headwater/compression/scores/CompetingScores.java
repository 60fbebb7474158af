/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;
import io.headwater.compression.KvPolicy;
import java.util.Arrays;

/**
 * The scores by which heads compete with each other for a shared budget. Where a policy's score is attention that an entry got, heads compare as they
 * are (Ada-KV's and KV-Compress's official form). Any other score has a scale of its own in each head: there each entry counts by its share of the
 * head's sum above the head's least (ALGORITHMS 5.10: key geometry that was not normalised broke retrieval). For EMS it is the entry's share of the mass;
 * a reconstruction's probabilities compare as they are.
 */
public final class CompetingScores {
    private enum Scale {
        AS_IT_IS,
        SHARE,
        SHARE_ABOVE_LEAST
    }

    private final KvPolicy policy;
    private final EntryScore score;
    private final Scale scale;

    private CompetingScores(KvPolicy policy, EntryScore score, Scale scale) {
        this.policy = policy;
        this.score = score;
        this.scale = scale;
    }

    public static CompetingScores of(KvPolicy policy, EntryScore score) {
        Scale scale = switch (policy.name()) {
            case "h2o",
                    "snapkv",
                    "pyramidkv",
                    "ada-kv",
                    "uncomp",
                    "kv-compress",
                    "kvzip",
                    "tova",
                    "expected-attention" -> Scale.AS_IT_IS;
            default -> Scale.SHARE_ABOVE_LEAST;
        };
        return new CompetingScores(policy, score, scale);
    }

    public static CompetingScores ofMass(KvPolicy policy, GlobalLocalScore score) {
        return policy.reconstructs()
                ? new CompetingScores(policy, score, Scale.AS_IT_IS)
                : new CompetingScores(policy, score::weigh, Scale.SHARE);
    }

    /** A part of the work, before {@link #score}. */
    public void prepare(CompressibleHead head, int slice, int slices) {
        score.prepare(head, slice, slices);
    }

    /** Fills {@code out[0 … head.length())}: what a budget of {@code mean} protects +∞. */
    public void score(CompressibleHead head, int mean, float[] out) {
        int n = head.length();
        int from = Math.min(n, policy.sinks());
        int to = Math.max(from, n - policy.recent(mean));
        score.score(head, out);
        if (scale != Scale.AS_IT_IS) {
            normalise(out, from, to);
        }
        Arrays.fill(out, 0, from, Float.POSITIVE_INFINITY);
        Arrays.fill(out, to, n, Float.POSITIVE_INFINITY);
    }

    private void normalise(float[] x, int from, int to) {
        float least = scale == Scale.SHARE || from == to ? 0 : x[from];
        for (int i = from; i < to && scale == Scale.SHARE_ABOVE_LEAST; i++) {
            least = Math.min(least, x[i]);
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += (double) x[i] - least;
        }
        for (int i = from; i < to; i++) {
            x[i] = sum > 0 ? (float) (((double) x[i] - least) / sum) : 0;
        }
    }
}
