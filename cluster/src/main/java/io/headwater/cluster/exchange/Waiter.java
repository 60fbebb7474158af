/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.headwater.cluster.media.Media;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What a thread does while there is no message: runs the media driver if that needs it, spins, yields, sleeps. One thread's at a time. */
public final class Waiter {
    private static final TimerSlack SLACK = new TimerSlack();

    private final Media media;
    private final WaitPolicy policy;
    private @Nullable Thread thread;
    private int idle;

    Waiter(Media media, WaitPolicy policy) {
        this.media = media;
        this.policy = policy;
    }

    /** Call it after each look; {@code work} is what the look has found. */
    @SuppressWarnings("ThreadPriorityCheck") // on shared cores the awaited thread needs this one's
    public void idle(int work) {
        int done = work + media.invoke();
        if (done > 0) {
            idle = 0;
        } else if (idle < policy.spins()) {
            idle++;
            Thread.onSpinWait();
        } else if (idle < policy.spins() + policy.yields()) {
            idle++;
            Thread.yield();
        } else {
            sleep();
        }
    }

    private void sleep() {
        Thread current = Thread.currentThread();
        if (!current.equals(thread)) {
            SLACK.least();
            thread = current;
        }
        boolean interrupted = Thread.interrupted(); // an interrupted thread would not sleep
        LockSupport.parkNanos(this, policy.parkNanos());
        if (interrupted) {
            current.interrupt();
        }
    }
}
