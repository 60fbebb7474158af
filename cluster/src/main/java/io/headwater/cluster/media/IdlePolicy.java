/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.YieldingIdleStrategy;

/** What the driver's threads do when there is nothing to do. */
public enum IdlePolicy {
    /** Spins and yields a little, then sleeps up to 1 ms: Aeron's default, right where cores are shared. */
    BACKOFF,
    /** Sleeps 0.2 to 1 ms: right over IPC on few cores, where the driver only moves windows on and messages do not pass through it. */
    SLEEP,
    YIELD,
    /** Only with cores to spare. */
    SPIN;

    IdleStrategy strategy() {
        return switch (this) {
            case BACKOFF -> new BackoffIdleStrategy(10, 20, 1_000, 1_000_000);
            case SLEEP -> new BackoffIdleStrategy(1, 1, 200_000, 1_000_000);
            case YIELD -> new YieldingIdleStrategy();
            case SPIN -> new BusySpinIdleStrategy();
        };
    }
}
