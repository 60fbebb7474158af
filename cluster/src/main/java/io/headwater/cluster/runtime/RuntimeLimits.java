/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.exchange.WaitPolicy;
import java.time.Duration;

/**
 * How long things may take, and how nodes wait for each other.
 *
 * @param crossoverRows from so many rows on an all-reduce is a reduce-scatter and an all-gather; the same on all nodes
 * @param warmUpLimit most time for compiling kernels before a node connects
 * @param connectTimeout from this node's being loaded until all others are: they may be slower by that
 * @param deadAfter silence after which a peer is dead
 * @param hungAfter time without progress after which a peer that others wait for is hung
 * @param stopTimeout most time that a running step gets to end when the runtime is closed, before it is broken off
 * @param leaveTimeout most time that a start, or a step that was broken off, gets to end when the runtime is closed; then it hangs
 */
public record RuntimeLimits(
        int crossoverRows,
        WaitPolicy waiting,
        Duration warmUpLimit,
        Duration connectTimeout,
        Duration deadAfter,
        Duration hungAfter,
        Duration stopTimeout,
        Duration leaveTimeout) {
    private static final int CROSSOVER_ROWS = 16;

    public RuntimeLimits {
        if (crossoverRows < 0 || warmUpLimit.isNegative() || stopTimeout.isNegative()) {
            throw new IllegalArgumentException("crossoverRows=" + crossoverRows + " warmUpLimit=" + warmUpLimit
                    + " stopTimeout=" + stopTimeout + ": none may be negative");
        }
        if (!connectTimeout.isPositive()
                || !deadAfter.isPositive()
                || !hungAfter.isPositive()
                || !leaveTimeout.isPositive()) {
            throw new IllegalArgumentException("connectTimeout=" + connectTimeout + " deadAfter=" + deadAfter
                    + " hungAfter=" + hungAfter + " leaveTimeout=" + leaveTimeout + ": each above 0");
        }
    }

    /** Dead after 1 s, hung after 10 s; a minute for peers that load longer. */
    public static RuntimeLimits of(WaitPolicy waiting) {
        return new RuntimeLimits(
                CROSSOVER_ROWS,
                waiting,
                Duration.ofSeconds(3),
                Duration.ofSeconds(60),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                Duration.ofMillis(500),
                Duration.ofSeconds(12));
    }

    public RuntimeLimits withCrossoverRows(int rows) {
        return new RuntimeLimits(
                rows, waiting, warmUpLimit, connectTimeout, deadAfter, hungAfter, stopTimeout, leaveTimeout);
    }

    public RuntimeLimits withWarmUpLimit(Duration limit) {
        return new RuntimeLimits(
                crossoverRows, waiting, limit, connectTimeout, deadAfter, hungAfter, stopTimeout, leaveTimeout);
    }

    public RuntimeLimits withConnectTimeout(Duration timeout) {
        return new RuntimeLimits(
                crossoverRows, waiting, warmUpLimit, timeout, deadAfter, hungAfter, stopTimeout, leaveTimeout);
    }

    /** {@code dead} and {@code hung} after these. */
    public RuntimeLimits withLiveness(Duration dead, Duration hung) {
        return new RuntimeLimits(
                crossoverRows, waiting, warmUpLimit, connectTimeout, dead, hung, stopTimeout, leaveTimeout);
    }

    /** How long a step may take to end by itself, and after it was broken off. */
    public RuntimeLimits withStop(Duration stop, Duration leave) {
        return new RuntimeLimits(
                crossoverRows, waiting, warmUpLimit, connectTimeout, deadAfter, hungAfter, stop, leave);
    }
}
