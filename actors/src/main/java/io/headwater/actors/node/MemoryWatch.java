/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/** Looks at the host's memory on a thread of its own: to ask what it saw last costs nothing. Any thread. */
final class MemoryWatch {
    private final Executor threads;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile HostMemory.Sample last = HostMemory.sample();

    /** Looks for the first time, on this thread. */
    MemoryWatch(Executor threads) {
        this.threads = threads;
    }

    /** What was seen last; it is looked again, for whoever asks next. */
    HostMemory.Sample last() {
        if (looking.compareAndSet(false, true)) {
            try {
                threads.execute(this::look);
            } catch (RejectedExecutionException e) {
                looking.set(false); // the node ends: what was seen last will do
            }
        }
        return last;
    }

    private void look() {
        try {
            last = HostMemory.sample();
        } finally {
            looking.set(false);
        }
    }
}
