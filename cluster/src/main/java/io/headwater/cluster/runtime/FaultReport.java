/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Tells the listener the first fault of an epoch, and nothing once the runtime is being closed. Any thread. */
final class FaultReport {
    private final long epoch;
    private final FaultListener listener;
    private final AtomicReference<@Nullable RuntimeFault> first = new AtomicReference<>();
    private final CountDownLatch told = new CountDownLatch(1);
    private volatile boolean closed;

    FaultReport(long epoch, FaultListener listener) {
        this.epoch = epoch;
        this.listener = listener;
    }

    void report(RuntimeFault fault) {
        if (!closed && first.compareAndSet(null, fault)) {
            told.countDown();
            listener.on(epoch, fault);
        }
    }

    /** Waits so long for a fault to be reported; an interrupt ends the wait. */
    void await(long nanos) {
        try {
            boolean _ = closed || told.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What follows is a consequence of closing. */
    void close() {
        closed = true;
    }

    Optional<RuntimeFault> first() {
        return Optional.ofNullable(first.get());
    }
}
