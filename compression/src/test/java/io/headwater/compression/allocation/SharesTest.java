/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharesTest {
    @Test
    void sharesAreInProportionAndTheLargestRemainderIsRoundedUpTheLowerIndexFirst() {
        assertThat(Shares.of(new long[] {1, 2, 3}, new BudgetLimits(20, 0, 60))).containsExactly(10, 20, 30);
        assertThat(Shares.of(new long[] {5, 5, 4}, new BudgetLimits(1, 0, 9))).containsExactly(1, 1, 1);
        assertThat(Shares.of(new long[] {1, 1, 1, 2}, new BudgetLimits(2, 0, 9)))
                .containsExactly(2, 2, 1, 3);
        assertThat(Shares.of(new long[] {3, 3, 3, 1}, new BudgetLimits(7, 0, 99)))
                .containsExactly(9, 8, 8, 3);
    }

    @Test
    void whoeverWouldGetTooLittleOrTooMuchGetsTheLimitAndTheOthersShareTheRest() {
        assertThat(Shares.of(new long[] {1, 10, 19}, new BudgetLimits(100, 40, 300)))
                .containsExactly(40, 90, 170);
        assertThat(Shares.of(new long[] {1, 10, 19}, new BudgetLimits(100, 0, 120)))
                .containsExactly(60, 120, 120);
        assertThat(Shares.of(new long[] {1, 1, 1000}, new BudgetLimits(10, 10, 10)))
                .containsExactly(10, 10, 10);
    }

    @Test
    void theSumIsExactAndTheLimitsHoldWhateverTheWeights() {
        Random random = new Random(1);
        for (int round = 0; round < 2000; round++) {
            int n = 1 + random.nextInt(12);
            long[] weights =
                    random.longs(n, 1, random.nextBoolean() ? 4 : 1_000_000).toArray();
            int least = random.nextInt(50);
            int mean = least + random.nextInt(200);
            int most = mean + random.nextInt(300);

            int[] shares = Shares.of(weights, new BudgetLimits(mean, least, most));

            assertThat(IntStream.of(shares).sum()).isEqualTo(mean * n);
            assertThat(IntStream.of(shares).allMatch(share -> share >= least && share <= most))
                    .isTrue();
            for (int i = 1; i < n; i++) {
                int later = shares[i] - shares[i - 1];
                assertThat(weights[i] > weights[i - 1] ? later >= 0 : later <= 0 || weights[i] == weights[i - 1])
                        .as("a larger weight never gets less")
                        .isTrue();
            }
        }
    }

    @Test
    void limitsThatCannotHoldAndWeightsThatAreNoneAreRefused() {
        assertThatThrownBy(() -> new BudgetLimits(10, 11, 20)).hasMessage("least=11, mean=10, most=20");
        assertThatThrownBy(() -> new BudgetLimits(30, 11, 20)).hasMessageContaining("most=20");
        assertThatThrownBy(() -> Shares.of(new long[] {1, 0}, new BudgetLimits(1, 0, 2)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
