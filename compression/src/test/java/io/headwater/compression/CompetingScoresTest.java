/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import org.junit.jupiter.api.Test;

/** What a head reports before heads compete. */
class CompetingScoresTest {
    private static final KvLayout LAYOUT = new KvLayout(16, KvType.BF16);
    private static final int N = 150;
    private static final int MEAN = 60;

    private static HeadCompressor compressor(KvPolicy policy) {
        return new HeadCompressor(policy, LAYOUT, 3, N, Kernels.scalar(), TestRotation.interleaved(16));
    }

    private static TestHead head(KvPolicy policy) {
        return RandomHeads.head(LAYOUT, N, 3, Math.max(1, policy.window()), 0.3f, 1);
    }

    private static float[] rated(KvPolicy policy, TestHead head, int slices) {
        float[] scores = new float[N];
        HeadCompressor compressor = compressor(policy);
        for (int slice = 0; slice < slices; slice++) {
            compressor.rate(head, MEAN, slice, slices, scores);
        }
        return scores;
    }

    @Test
    void everyPolicyRatesWhatItProtectsHighestAndLeavesTheHeadAsItIs() throws PolicyException {
        for (PolicyDescription description : KvPolicy.known()) {
            KvPolicy policy = KvPolicy.parse(description.name());
            if (policy.none()) {
                continue;
            }
            TestHead head = head(policy);
            String before = head.fingerprint();

            float[] scores = rated(policy, head, 1);

            assertThat(head.fingerprint()).as(policy.name()).isEqualTo(before);
            int from = policy.sinks();
            int to = N - policy.recent(MEAN);
            for (int i = 0; i < N; i++) {
                assertThat(Float.isFinite(scores[i])).as(policy + " entry " + i).isEqualTo(i >= from && i < to);
            }
            assertThat(rated(policy, head, 3)).as(policy + " in slices").isEqualTo(scores);
        }
    }

    @Test
    void attentionCountsAsItIsAndAnyOtherScoreByItsShareInTheHead() throws PolicyException {
        for (String name : new String[] {"keydiff", "knorm", "streaming-llm", "g-kv", "r-kv", "ems"}) {
            KvPolicy policy = KvPolicy.parse(name);
            assertThat(sum(policy)).as(name).isCloseTo(1, within(1e-5));
        }
        double attention = sum(KvPolicy.parse("snapkv:window=8,pool=none"));
        assertThat(attention).isBetween(0.5, 0.999); // the window's own part is missing
    }

    private static double sum(KvPolicy policy) {
        float[] scores = rated(policy, head(policy), 1);
        double sum = 0;
        for (int i = policy.sinks(); i < N - policy.recent(MEAN); i++) {
            assertThat(scores[i]).isNotNegative();
            sum += scores[i];
        }
        return sum;
    }

    @Test
    void aRatingChangesNothingOfTheCompressionThatFollows() throws PolicyException {
        for (String name : new String[] {"ems", "g-kv", "h2o"}) {
            KvPolicy policy = KvPolicy.parse(name);
            TestHead rated = head(policy);
            TestHead alone = head(policy);
            HeadCompressor compressor = compressor(policy);
            compressor.rate(rated, MEAN, 0, 1, new float[N]);
            compressor.compress(rated, MEAN);
            compressor(policy).compress(alone, MEAN);
            assertThat(rated.fingerprint()).as(name).isEqualTo(alone.fingerprint());
        }
    }

    @Test
    void whatKeepsEverythingHasNothingToCompeteWith() {
        assertThatThrownBy(() -> compressor(KvPolicy.NONE).rate(head(KvPolicy.NONE), MEAN, 0, 1, new float[N]))
                .isInstanceOf(IllegalStateException.class);
    }
}
