/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class WorkerThreadsTest {
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(25);
    private static final long SHORT_NANOS = TimeUnit.SECONDS.toNanos(1);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theFirstErrorIsTheCauseWhicheverWorkerHasIt(int bad) {
        IllegalStateException error = new IllegalStateException("no such block");
        WorkerThreads threads = started(3, LONG_NANOS, LONG_NANOS, worker -> {
            if (worker == bad) {
                throw error;
            }
        });

        assertThatThrownBy(threads::runStep)
                .isInstanceOf(EngineException.class)
                .hasMessage("worker " + bad + " of shard 0 failed: java.lang.IllegalStateException: no such block: "
                        + "the engines have stopped, start them again")
                .hasCause(error);

        assertThat(threads.hung()).isFalse();
        assertThatThrownBy(threads::runStep).hasCause(error);
        threads.close();
    }

    @Test
    void anExchangesReasonIsPassedOn() {
        WorkerThreads threads = started(2, LONG_NANOS, LONG_NANOS, worker -> {
            if (worker == 1) {
                throw new ExchangeException("node 2 is gone");
            }
        });

        assertThatThrownBy(threads::runStep)
                .hasMessage("node 2 is gone: the engines have stopped, start them again")
                .hasCauseInstanceOf(ExchangeException.class);
        threads.close();
    }

    /** The slow worker is inside its part when the other fails; the caller may unmap its memory as soon as it knows. */
    @Test
    void aFailureIsToldOnlyAfterAllHaveLeftTheStep() {
        CountDownLatch failing = new CountDownLatch(1);
        AtomicInteger inside = new AtomicInteger();
        WorkerThreads threads = started(2, LONG_NANOS, LONG_NANOS, worker -> {
            if (worker == 0) {
                failing.await();
                throw new IllegalStateException("bad");
            }
            inside.incrementAndGet();
            failing.countDown();
            long start = System.nanoTime();
            while (System.nanoTime() - start < SHORT_NANOS / 5) {
                Thread.onSpinWait();
            }
            inside.decrementAndGet();
        });

        assertThatThrownBy(threads::runStep).hasMessageContaining("bad");

        assertThat(inside.get()).isZero();
        threads.close();
    }

    @Test
    void aWorkerThatHangsIsNamedAndItsMemoryIsToBeKept() {
        CountDownLatch end = new CountDownLatch(1);
        WorkerThreads threads = started(3, SHORT_NANOS, SHORT_NANOS, worker -> {
            if (worker == 2) {
                end.await();
            }
        });

        assertThatThrownBy(threads::runStep)
                .hasMessageContaining("waited 1000 ms for 2 of 3 (all workers)")
                .hasMessageContaining(
                        "(engine-0-worker-2 did not stop within 1000 ms: the engines' memory is never freed");

        assertThat(threads.hung()).isTrue();
        assertThatThrownBy(threads::runStep).message().doesNotContain("never freed");
        threads.close();
        end.countDown();
    }

    @Test
    void workersWaitForAStepLongerThanForEachOther() throws Exception {
        AtomicInteger steps = new AtomicInteger();
        WorkerThreads threads = started(2, SHORT_NANOS, LONG_NANOS, _ -> steps.incrementAndGet());

        threads.runStep();
        assertThat(new CountDownLatch(1).await(2 * SHORT_NANOS, TimeUnit.NANOSECONDS))
                .isFalse();
        threads.runStep();

        assertThat(steps.get()).isEqualTo(4);
        threads.close();
    }

    private static WorkerThreads started(int workers, long phaseNanos, long leaveNanos, Part part) {
        WorkerThreads threads = new WorkerThreads(List.of(program(part)), 0, workers, 0, phaseNanos, leaveNanos);
        threads.start();
        return threads;
    }

    private static StepProgram program(Part part) {
        return new StepProgram() {
            @Override
            public void run(int worker) throws ExchangeException {
                try {
                    part.run(worker);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public void abort(String reason) {}
        };
    }

    /** What a worker does. */
    private interface Part {
        void run(int worker) throws ExchangeException, InterruptedException;
    }
}
