/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PhaseBarrierTest {
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(50);

    /** Plain counters: only the barrier makes them visible, and only a barrier that holds everybody makes them equal. */
    @ParameterizedTest
    @CsvSource({"2, 0", "2, 2000", "3, 0", "8, 0", "8, 100"})
    void everybodySeesWhatEverybodyWroteBefore(int parties, int spins) throws Exception {
        PhaseBarrier barrier = new PhaseBarrier("test", parties, spins, LONG_NANOS);
        int[] counters = new int[parties];
        int phases = 1500;

        List<Future<Integer>> results = all(parties, party -> {
            int mismatches = 0;
            for (int phase = 1; phase <= phases; phase++) {
                counters[party]++;
                barrier.await(party);
                for (int counter : counters) {
                    mismatches += counter == phase ? 0 : 1;
                }
                barrier.await(party);
            }
            return mismatches;
        });

        for (Future<Integer> result : results) {
            assertThat(result.get()).isZero();
        }
    }

    @Test
    void aBarrierOfOneLetsItPassUntilItFails() throws Exception {
        PhaseBarrier barrier = new PhaseBarrier("test", 1, 0, LONG_NANOS);
        barrier.await(0);

        barrier.fail("closed");

        assertThatThrownBy(() -> barrier.await(0))
                .isInstanceOf(ExchangeException.class)
                .hasMessage("closed");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1_000_000})
    void aFailureReleasesAllWhoWaitAndAllWhoCome(int spins) throws Exception {
        PhaseBarrier barrier = new PhaseBarrier("test", 4, spins, LONG_NANOS);
        CountDownLatch coming = new CountDownLatch(3);

        List<Future<Integer>> waiting = start(3, party -> {
            coming.countDown();
            barrier.await(party);
            return 0;
        });
        coming.await();
        barrier.fail("node 2 is gone");
        barrier.fail("another reason");

        for (Future<Integer> one : waiting) {
            assertThatThrownBy(one::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOf(ExchangeException.class)
                    .hasMessage("node 2 is gone");
        }
        assertThatThrownBy(() -> barrier.await(3)).hasMessage("node 2 is gone");
    }

    @Test
    void aTimeoutFailsAllAndSaysWhoWaitedForWhom() {
        PhaseBarrier barrier = new PhaseBarrier("test", 3, 0, TimeUnit.MILLISECONDS.toNanos(20));

        assertThatThrownBy(() -> barrier.await(1))
                .isInstanceOf(ExchangeException.class)
                .hasMessage("party 1 waited 20 ms for 0, 2 of 3 (test): a worker hangs");
        assertThatThrownBy(() -> barrier.await(2)).hasMessageStartingWith("party 1 waited");
    }

    /** One party's part of a test. */
    interface Part<T> {
        T run(int party) throws Exception;
    }

    /** Runs all parties on threads of their own and waits for them. */
    static <T> List<Future<T>> all(int parties, Part<T> part) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(parties)) {
            return threads.invokeAll(parts(parties, part));
        }
    }

    private static <T> List<Future<T>> start(int parties, Part<T> part) {
        List<Future<T>> started = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(parties);
        parts(parties, part).forEach(one -> started.add(threads.submit(one)));
        threads.shutdown();
        return started;
    }

    private static <T> List<Callable<T>> parts(int parties, Part<T> part) {
        List<Callable<T>> parts = new ArrayList<>();
        for (int i = 0; i < parties; i++) {
            int party = i;
            parts.add(() -> part.run(party));
        }
        return parts;
    }
}
