/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MemoryExchangeTest {
    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(50);
    private static final int ROUNDS = 300;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyShardGetsTheSumOfAllRoundAfterRound(int shards) throws Exception {
        int capacity = 100;
        MemoryExchange exchange = new MemoryExchange(shards, 0, TIMEOUT_NANOS);

        List<Future<Long>> sent = PhaseBarrierTest.all(shards, shard -> {
            Exchange end = exchange.end(shard, capacity);
            long[] sums = new long[capacity];
            for (int round = 0; round < ROUNDS; round++) {
                int count = 1 + round % capacity;
                long[] expected = new long[capacity];
                for (int other = 0; other < shards; other++) {
                    long[] theirs = contribution(round, other, capacity);
                    for (int i = 0; i < count; i++) {
                        expected[i] += theirs[i];
                    }
                }
                System.arraycopy(contribution(round, shard, capacity), 0, sums, 0, capacity);
                System.arraycopy(sums, count, expected, count, capacity - count);

                end.allReduce(sums, count, 1, 0, 0);

                assertThat(sums).as("round %d", round).isEqualTo(expected);
            }
            return end.sentBytes();
        });

        long elements = 0;
        for (int round = 0; round < ROUNDS; round++) {
            elements += 1 + round % capacity;
        }
        for (Future<Long> bytes : sent) {
            assertThat(bytes.get()).isEqualTo(8 * elements * (shards - 1));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyShardGetsEveryShardsPart(int shards) throws Exception {
        MemoryExchange exchange = new MemoryExchange(shards, 0, TIMEOUT_NANOS);
        int n = 40;

        List<Future<float[]>> gathered = PhaseBarrierTest.all(shards, shard -> {
            Exchange end = exchange.end(shard, 0);
            float[] values = new float[n + 1];
            for (int round = 0; round < ROUNDS; round++) {
                int from = n * shard / shards;
                int to = n * (shard + 1) / shards;
                Arrays.fill(values, -1);
                for (int i = from; i < to; i++) {
                    values[i] = round + i;
                }

                end.gather(values, 1, n, from, to);

                for (int i = 0; shard == 0 && i < n; i++) {
                    assertThat(values[i]).isEqualTo(round + i);
                }
            }
            return values;
        });

        for (Future<float[]> values : gathered) {
            assertThat(values.get()[n]).as("beyond all parts").isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5})
    void oneThatAbortsReleasesTheOthers(int shards) throws Exception {
        MemoryExchange exchange = new MemoryExchange(shards, 0, TIMEOUT_NANOS);

        List<Future<Integer>> results = PhaseBarrierTest.all(shards, shard -> {
            Exchange end = exchange.end(shard, 10);
            end.allReduce(new long[10], 10, 1, 0, 0);
            if (shard == 1) {
                end.abort("node 1 was told to stop");
            }
            end.allReduce(new long[10], 10, 1, 0, 0);
            return 0;
        });

        for (Future<Integer> result : results) {
            assertThatThrownBy(result::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(ExchangeException.class)
                    .hasMessage("node 1 was told to stop");
        }
    }

    private static long[] contribution(int round, int shard, int count) {
        return new Random(1000L * round + shard).longs(count).map(x -> x >> 20).toArray();
    }
}
