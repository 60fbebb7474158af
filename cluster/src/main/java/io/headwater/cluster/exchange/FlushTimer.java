/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

/**
 * When a link that has gone quiet gets a flush frame. If the last packet is lost, its receiver would notice only at Aeron's heartbeat, 100 ms
 * later; a frame behind it shows the gap at once. Frames after 2, 4 and 8 ms, since they may be lost too. The pulse thread's.
 */
final class FlushTimer {
    private static final long FIRST_NANOS = 2_000_000;
    private static final int FRAMES = 3;
    private long seen;
    private long quietSinceNanos;
    private int sent = FRAMES;

    /** Whether a frame is due now, after so many messages; it counts as sent. */
    boolean isDue(long nowNanos, long messages) {
        if (messages != seen) {
            seen = messages;
            quietSinceNanos = nowNanos;
            sent = 0;
            return false;
        }
        if (sent == FRAMES || nowNanos - quietSinceNanos < FIRST_NANOS << sent) {
            return false;
        }
        sent++;
        return true;
    }

    /** Whether frames may be due soon. */
    boolean isWaiting() {
        return sent < FRAMES;
    }
}
