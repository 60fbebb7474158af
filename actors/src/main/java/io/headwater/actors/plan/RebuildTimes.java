/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import java.util.OptionalLong;

/**
 * How long it takes until a new plan serves. With a node that never had an engine it takes longer (cold kernels, a cold file) than among
 * nodes that had one: two figures. Owned by the planner.
 */
final class RebuildTimes {
    private static final long UNKNOWN = -1;

    private long warmNanos = UNKNOWN;
    private long coldNanos = UNKNOWN;
    private long begunNanos;
    private boolean cold;

    /** A plan is being put up; {@code withNewNode} if one of its nodes never had an engine. */
    void begins(long nowNanos, boolean withNewNode) {
        begunNanos = nowNanos;
        cold = withNewNode;
    }

    /** The plan serves; how long that took. */
    long serves(long nowNanos) {
        long taken = nowNanos - begunNanos;
        if (cold) {
            coldNanos = taken;
        } else {
            warmNanos = taken;
        }
        return taken;
    }

    /** The last time of this kind; where there was none, that of the other. */
    OptionalLong estimate(boolean withNewNode) {
        long same = withNewNode ? coldNanos : warmNanos;
        long other = withNewNode ? warmNanos : coldNanos;
        long best = same == UNKNOWN ? other : same;
        return best == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(best);
    }
}
