/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SamplerAllocationTest {
    private static final int VOCAB_SIZE = 5000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void greedyAllocatesNothing() {
        assertThat(allocatedBy(SamplingOptions.defaults(), 2000)).isZero();
    }

    @Test
    void everythingAtOnceAllocatesNothing() {
        SamplingOptions options = SamplingOptions.builder()
                .temperature(1.5)
                .topK(2000)
                .topP(0.999)
                .minP(1e-6)
                .repeatPenalty(1.1)
                .presencePenalty(0.1)
                .frequencyPenalty(0.1)
                .logitBias(Map.of(7, 1f))
                .logprobs(20)
                .build();

        assertThat(allocatedBy(options, 300)).isZero();
    }

    /**
     * What the quietest of five rounds allocates. Whatever a token allocates shows in every round; the JVM itself allocates up
     * to 72 bytes in one of the first (seen in a probe with these options, in most of its runs).
     */
    private long allocatedBy(SamplingOptions options, int tokens) {
        Sampler sampler = new Sampler(options, 1, VOCAB_SIZE);
        float[] logits = Logits.withTies(new Random(1), VOCAB_SIZE, 1);
        decode(sampler, logits, tokens);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            decode(sampler, logits, tokens);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    private static void decode(Sampler sampler, float[] logits, int tokens) {
        for (int index = 0; index < tokens; index++) {
            sampler.counts().sampled(sampler.sample(logits, index));
        }
    }
}
