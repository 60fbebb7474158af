/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenImportanceTest {
    @Test
    void theBestAndTheLastTokensGoOnAndOfEqualOnesTheEarlier() {
        long[] total = {5, 9, 9, 1, 7, 9, 0, 0};
        assertThat(TokenImportance.best(total, 8, 4, 2)).containsExactly(1, 2, 6, 7);
        assertThat(TokenImportance.best(total, 8, 5, 1)).containsExactly(1, 2, 4, 5, 7);
        assertThat(TokenImportance.best(total, 8, 2, 2)).containsExactly(6, 7);
        assertThat(TokenImportance.best(total, 8, 1, 2)).containsExactly(7);
        assertThat(TokenImportance.best(total, 3, 8, 2)).containsExactly(0, 1, 2);
    }

    @Test
    void whatIsKeptIsWhatSortingKeeps() {
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            int n = 1 + random.nextInt(60);
            long[] total = random.longs(n, -3, 1 + random.nextInt(30)).toArray();
            int count = 1 + random.nextInt(n);
            int[] sorted = IntStream.range(0, n - 1)
                    .boxed()
                    .sorted(Comparator.comparingLong(token -> -total[token]))
                    .limit(count - 1)
                    .mapToInt(token -> token)
                    .sorted()
                    .toArray();
            assertThat(TokenImportance.best(total, n, count, 1))
                    .isEqualTo(IntStream.concat(IntStream.of(sorted), IntStream.of(n - 1))
                            .toArray());
        }
    }

    @Test
    void noOrderInWhichHeadsAreAddedChangesTheSums() {
        Random random = new Random(2);
        float[][] heads = new float[9][200];
        for (float[] head : heads) {
            for (int i = 0; i < head.length; i++) {
                head[i] = (float) StrictMath.pow(random.nextDouble(), 8);
            }
        }
        long[] upwards = new long[200];
        long[] downwards = new long[200];
        for (int head = 0; head < 9; head++) {
            TokenImportance.add(heads[head], 200, upwards);
            TokenImportance.add(heads[8 - head], 200, downwards);
        }
        assertThat(upwards).isEqualTo(downwards);
        assertThatThrownBy(() -> TokenImportance.add(new float[] {1, Float.NaN}, 2, upwards))
                .hasMessage("attention NaN to token 1");
    }
}
