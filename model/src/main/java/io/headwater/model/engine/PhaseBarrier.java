/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where the parties of a program meet between two phases. A waiter spins briefly, then parks; the last one to arrive opens the
 * next phase. Nothing is allocated.
 */
final class PhaseBarrier {
    /** Ints between two parties' entries of {@link #arrivals}: a cache line. */
    private static final int STRIDE = 16;

    private final String name;
    private final int parties;
    private final int spins;
    private final long timeoutNanos;
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicReferenceArray<@Nullable Thread> parked;
    private volatile int phase;
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    /** The phase that each party has arrived to end; written before {@link #arrived}, which makes it visible. */
    private final int[] arrivals;

    /**
     * {@code name} says who meets here. {@code spins} is 0 where the host has fewer cores than threads: spinning would keep the awaited
     * one from running.
     */
    PhaseBarrier(String name, int parties, int spins, long timeoutNanos) {
        this.name = name;
        this.arrivals = new int[parties * STRIDE];
        Arrays.fill(arrivals, -1);
        this.parties = parties;
        this.spins = spins;
        this.timeoutNanos = timeoutNanos;
        this.parked = new AtomicReferenceArray<>(parties);
    }

    /** Waits for all parties. What they wrote before is visible afterwards. */
    void await(int party) throws ExchangeException {
        await(party, timeoutNanos);
    }

    /** As {@link #await(int)}, with a timeout of its own. */
    void await(int party, long timeoutNanos) throws ExchangeException {
        int current = phase;
        arrivals[party * STRIDE] = current;
        if (parties == 1) {
            phase = current + 1;
        } else if (arrived.incrementAndGet() == parties) {
            arrived.setRelease(0);
            phase = current + 1;
            wake();
        } else {
            waitFor(party, current, timeoutNanos);
        }
        String failed = failure.get();
        if (failed != null) {
            throw new ExchangeException(failed);
        }
    }

    private void waitFor(int party, int current, long timeoutNanos) throws ExchangeException {
        for (int i = 0; i < spins; i++) {
            if (phase != current || failure.get() != null) {
                return;
            }
            Thread.onSpinWait();
        }
        long start = System.nanoTime();
        boolean interrupted = false;
        parked.set(party, Thread.currentThread());
        while (phase == current && failure.get() == null) {
            interrupted |=
                    Thread.interrupted(); // an interrupted thread does not park: it would spin on a core that others
            // need
            long left = timeoutNanos - (System.nanoTime() - start);
            if (left <= 0) {
                String missing = missing(current);
                if (!missing.isEmpty()) { // else the last has come just now
                    fail("party " + party + " waited " + timeoutNanos / 1_000_000 + " ms for " + missing + " of "
                            + parties + " (" + name + "): a worker hangs");
                }
                break;
            }
            LockSupport.parkNanos(this, left);
        }
        parked.set(party, null);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The parties that have not arrived to end a phase. */
    private String missing(int current) {
        StringBuilder missing = new StringBuilder();
        if (phase == current && arrived.get() < parties) {
            for (int party = 0; party < parties; party++) {
                if (arrivals[party * STRIDE] < current) {
                    missing.append(missing.isEmpty() ? "" : ", ").append(party);
                }
            }
        }
        return missing.toString();
    }

    private void wake() {
        for (int i = 0; i < parties; i++) {
            Thread thread = parked.get(i);
            if (thread != null) {
                LockSupport.unpark(thread);
            }
        }
    }

    /** Lets nobody pass any more: all who wait or come get an {@link ExchangeException} with the first reason. */
    void fail(String reason) {
        failure.compareAndSet(null, reason);
        wake();
    }
}
