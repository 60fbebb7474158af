/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** How often plans have failed in a row, and whom the nodes' word stands against. Owned by the planner. */
final class FailureRecord {
    static final int MOST_FAILURES = 5;
    private static final int MOST_STRIKES = 2;

    /** A plan that has served so long was sound: what was held against nodes is forgotten. */
    private static final long LONG_SERVED_NANOS = TimeUnit.SECONDS.toNanos(30);

    private int failures;
    private long servingSinceNanos;

    void serves(long nowNanos) {
        servingSinceNanos = nowNanos;
    }

    /** A plan has ended. */
    void ended(long nowNanos, Collection<PlannedNode> nodes) {
        if (nowNanos - servingSinceNanos > LONG_SERVED_NANOS) {
            failures = 0;
            nodes.forEach(node -> node.strikes = 0);
        }
    }

    /** A plan has failed although all its nodes are there; whether it was one too many. */
    boolean failedOnceTooOften() {
        if (++failures <= MOST_FAILURES) {
            return false;
        }
        failures = 0;
        return true;
    }

    /** One more strike for each suspect, until one of them has too many: only this one is to blame, it may have suspected the others. */
    Optional<PlannedNode> strike(List<PlannedNode> suspects) {
        for (PlannedNode suspect : suspects) {
            if (++suspect.strikes >= MOST_STRIKES) {
                return Optional.of(suspect);
            }
        }
        return Optional.empty();
    }
}
