/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a group. Every worker of every shard waits at the gate for a step, runs its part, and comes back to the gate. The
 * calling thread is the first worker, so that a decode loop on as many cores as workers never has one thread too many.
 *
 * <p>One failure ends all: every worker leaves its step at the next barrier and its thread ends. Until then memory of the step must
 * stay mapped, so {@link #runStep} throws only after that, or says by {@link #hung} that it has waited in vain.
 */
final class WorkerThreads {
    private final List<? extends StepProgram> programs;
    private final int firstShard;
    private final int workersPerShard;
    private final long leaveTimeoutNanos;
    private final PhaseBarrier gate;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Failure> first = new AtomicReference<>();
    private volatile boolean hung;

    /**
     * @param firstShard the first program's shard, for names
     * @param phaseTimeoutNanos how long the caller waits for a step's begin, and all for its end
     * @param leaveTimeoutNanos how long, after a failure, the others may take to leave the step
     */
    WorkerThreads(
            List<? extends StepProgram> programs,
            int firstShard,
            int workersPerShard,
            int spins,
            long phaseTimeoutNanos,
            long leaveTimeoutNanos) {
        this.programs = List.copyOf(programs);
        this.firstShard = firstShard;
        this.workersPerShard = workersPerShard;
        this.leaveTimeoutNanos = leaveTimeoutNanos;
        this.gate = new PhaseBarrier("all workers", programs.size() * workersPerShard, spins, phaseTimeoutNanos);
    }

    void start() {
        for (int party = 1; party < programs.size() * workersPerShard; party++) {
            int mine = party;
            String name = "engine-" + shard(party) + "-worker-" + party % workersPerShard;
            threads.add(Thread.ofPlatform().daemon().name(name).start(() -> loop(mine)));
        }
    }

    /**
     * Runs the current step on all workers; returns when all are done.
     *
     * @throws EngineException with the first failure as its reason and cause, when no worker is in the step any more or {@link #hung}
     */
    void runStep() throws EngineException {
        try {
            gate.await(0);
            run(0);
            gate.await(0);
        } catch (ExchangeException e) {
            Failure failure = abort(told(e));
            String left = leave();
            throw new EngineException(
                    failure.reason + ": the engines have stopped, start them again" + left, failure.cause);
        }
    }

    /** Whether a worker may still touch the memory of a step that has failed: it must stay mapped for ever. Any thread. */
    boolean hung() {
        return hung;
    }

    /** Whether a failure, or closing, has ended the threads' work. Any thread. */
    boolean stopped() {
        return first.get() != null;
    }

    private int shard(int party) {
        return firstShard + party / workersPerShard;
    }

    private void loop(int party) {
        try {
            while (true) {
                gate.await(party, Long.MAX_VALUE);
                run(party);
                gate.await(party);
            }
        } catch (ExchangeException e) {
            abort(told(e));
        }
    }

    /** An error is everybody's: no worker of any shard must wait for one that has stopped, here or between two phases. */
    private void run(int party) throws ExchangeException {
        try {
            programs.get(party / workersPerShard).run(party % workersPerShard);
        } catch (ExchangeException e) {
            throw e; // another worker's failure or a timeout
        } catch (Throwable e) { // errors too: the caller rethrows the first as the cause
            String where = "worker " + party % workersPerShard + " of shard " + shard(party);
            Failure failure = abort(new Failure(where + " failed: " + e, e));
            throw new ExchangeException(failure.reason);
        }
    }

    private static Failure told(ExchangeException e) {
        return new Failure(String.valueOf(e.getMessage()), e);
    }

    /** Ends everybody's step; returns the first failure, which is told to all. */
    private Failure abort(Failure failure) {
        Failure known = first.compareAndExchange(null, failure);
        Failure told = known == null ? failure : known;
        gate.fail(told.reason);
        for (StepProgram program : programs) {
            program.abort(told.reason);
        }
        return told;
    }

    /** Stops the workers. */
    void close() {
        abort(told(new ExchangeException("the group is closed")));
        leave();
    }

    /** Waits until all threads have ended; names those that have not, once. */
    private String leave() {
        if (hung) {
            return "";
        }
        long start = System.nanoTime();
        StringBuilder names = new StringBuilder();
        boolean interrupted = false;
        for (Thread thread : threads) {
            interrupted |= join(thread, start);
            if (thread.isAlive()) {
                names.append(names.isEmpty() ? "" : ", ").append(thread.getName());
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        hung = !names.isEmpty();
        return hung
                ? " (" + names + " did not stop within " + TimeUnit.NANOSECONDS.toMillis(leaveTimeoutNanos)
                        + " ms: the engines' memory is never freed, restart the process)"
                : "";
    }

    /** Returns whether it was interrupted, which does not end the waiting. */
    private boolean join(Thread thread, long startNanos) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            long left = leaveTimeoutNanos - (System.nanoTime() - startNanos);
            if (left <= 0) {
                break;
            }
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(left, 1_000_000));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }

    /** Why the threads have stopped. */
    private record Failure(String reason, Throwable cause) {}
}
