/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

/**
 * How a thread waits for a message: it looks {@code spins} times at once, {@code yields} times after letting others run, then sleeps
 * {@code parkNanos} between two looks.
 */
public record WaitPolicy(int spins, int yields, long parkNanos) {
    public WaitPolicy {
        if (spins < 0 || yields < 0 || parkNanos < 1) {
            throw new IllegalArgumentException("spins=" + spins + " yields=" + yields + " parkNanos=" + parkNanos
                    + ": expected 0 or more, 0 or more, 1 or more");
        }
    }

    /** Spins only where every engine thread of the host has a core. */
    public static WaitPolicy of(int cores, int engineThreadsOfHost) {
        return engineThreadsOfHost <= cores ? new WaitPolicy(200, 10, 5_000) : new WaitPolicy(0, 2, 5_000);
    }
}
