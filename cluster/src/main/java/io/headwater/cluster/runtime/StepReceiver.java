/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.exchange.DataPlane;
import io.headwater.cluster.exchange.InLink;
import io.headwater.cluster.exchange.Waiter;
import io.headwater.model.engine.ExchangeException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Receives the step stream. Between two tokens it waits as the exchange does; after a while without steps it sleeps longer. The engine thread's. */
final class StepReceiver {
    private static final int PARTS_PER_POLL = 8;

    /** The leader takes less between two steps of a decode. */
    private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** What the first step after a pause may be late by. */
    private static final long REST_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final DataPlane plane;
    private final InLink link;
    private final Waiter waiter;
    private final StepAssembly assembly;

    StepReceiver(DataPlane plane, int maxRows) {
        this.plane = plane;
        this.link = plane.in(0);
        this.waiter = plane.waiter();
        this.assembly = new StepAssembly(new StepRows(maxRows), plane.counters());
    }

    /**
     * Waits for the next message, however long the leader has nothing to do; false if the thread is to stop.
     *
     * @throws ExchangeException if the epoch is over
     * @throws StepStreamException if a part is missing
     */
    boolean await(EngineThread thread) throws ExchangeException, StepStreamException {
        assembly.begin();
        long start = System.nanoTime();
        while (!thread.stopping()) {
            int work = link.poll(assembly, PARTS_PER_POLL);
            if (assembly.complete()) {
                return true;
            }
            plane.check();
            if (work > 0 || System.nanoTime() - start < BUSY_NANOS) {
                waiter.idle(work);
            } else {
                LockSupport.parkNanos(this, REST_NANOS);
            }
        }
        return false;
    }

    /** The message that {@link #await} has found, until it is called again. */
    StepRows rows() {
        return assembly.rows();
    }
}
