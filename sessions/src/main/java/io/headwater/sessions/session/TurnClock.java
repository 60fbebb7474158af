/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.Usage;

/** When a turn began, had its first token and its last. Owned by its session; a turn that goes on after a restart begins anew. */
final class TurnClock {
    private static final double NANOS_PER_MILLI = 1e6;

    private final long startNanos = System.nanoTime();
    private long firstNanos;
    private long lastNanos;
    private int cached = -1;

    /** The first word of the decode loop: so many tokens need not be read. */
    void begun(int cachedTokens) {
        if (cached < 0) {
            cached = cachedTokens;
        }
    }

    /** Whether the decode loop has taken the turn up. */
    boolean hasBegun() {
        return cached >= 0;
    }

    void token() {
        lastNanos = System.nanoTime();
        firstNanos = firstNanos == 0 ? lastNanos : firstNanos;
    }

    /** {@code before}: tokens of the session before the turn's prompt. */
    Usage usage(int before, int promptTokens, int completionTokens) {
        long prompt = firstNanos == 0 ? System.nanoTime() - startNanos : firstNanos - startNanos;
        return new Usage(
                promptTokens,
                Math.max(0, cached),
                Math.clamp(cached - before, 0, promptTokens),
                completionTokens,
                prompt / NANOS_PER_MILLI,
                (lastNanos - firstNanos) / NANOS_PER_MILLI);
    }
}
