/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BestRowsTest {
    @Test
    void keepsTheBestByFallingLogitThenRisingId() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            float[] x = Logits.withTies(random, random.nextInt(1 + 4 * seed), 0.5);
            int capacity = random.nextInt(300);
            BestRows best = new BestRows(capacity);

            best.offerAll(x, 0, x.length, 7);
            best.sort();

            List<Integer> expected =
                    sorted(x).stream().limit(capacity).map(row -> row + 7).toList();
            assertThat(IntStream.range(0, best.size()).mapToObj(rank -> RowKey.token(best.key(rank))))
                    .as("seed %d", seed)
                    .isEqualTo(expected);
        }
    }

    @Test
    void rankedRowsContinueTheBestOnesInTheSameOrder() {
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            float[] x = Logits.withTies(random, 1 + random.nextInt(2000), 1);
            BestRows best = new BestRows(256);
            best.offerAll(x, 0, x.length, 0);
            best.sort();
            RankedRows ranked = new RankedRows(x.length);
            ranked.reset(best, x);

            List<Integer> tokens =
                    IntStream.range(0, x.length).mapToObj(ranked::token).toList();

            assertThat(tokens).as("seed %d", seed).isEqualTo(sorted(x));
            assertThat(ranked.fetched()).isEqualTo(x.length > 256);
        }
    }

    @Test
    void aKeyKeepsLogitAndTokenAndTheirOrder() {
        float[] falling = {3e38f, 1f, Float.MIN_VALUE, 0f, -Float.MIN_VALUE, -1f, -3e38f, Float.NEGATIVE_INFINITY};

        for (int i = 0; i < falling.length; i++) {
            assertThat(RowKey.logit(RowKey.of(falling[i], 5))).isEqualTo(falling[i]);
            assertThat(RowKey.token(RowKey.of(falling[i], Integer.MAX_VALUE))).isEqualTo(Integer.MAX_VALUE);
            if (i > 0) {
                assertThat(RowKey.of(falling[i - 1], 9)).isLessThan(RowKey.of(falling[i], 0));
            }
        }
        assertThat(RowKey.of(-0f, 5)).isEqualTo(RowKey.of(0f, 5));
    }

    private static List<Integer> sorted(float[] x) {
        return IntStream.range(0, x.length)
                .boxed()
                .sorted(Comparator.<Integer, Float>comparing(row -> -(x[row] + 0f))
                        .thenComparing(row -> row))
                .toList();
    }
}
