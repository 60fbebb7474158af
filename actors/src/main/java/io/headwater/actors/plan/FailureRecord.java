/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** How often plans have failed in a row, and whom the nodes' word stands against. Owned by the planner. */
final class FailureRecord {
    static final int MOST_FAILURES = 5;
    private static final int MOST_STRIKES = 2;
    private static final int MOST_OWN_FAILURES = 2;

    /** A plan that has served so long was sound: what was held against nodes is forgotten. */
    private static final long LONG_SERVED_NANOS = TimeUnit.SECONDS.toNanos(30);

    private int failures;
    private final Backoff retry = new Backoff(Duration.ofSeconds(10), Duration.ofSeconds(60));
    private boolean serves;
    private long servingSinceNanos;

    /** The plan serves from now on. */
    void serves(long nowNanos) {
        serves = true;
        servingSinceNanos = nowNanos;
    }

    /** The plan has ended, if it has not before: whether it has ever served, and for how long, counts only once. */
    void ended(long nowNanos, Collection<PlannedNode> nodes) {
        if (serves && nowNanos - servingSinceNanos >= LONG_SERVED_NANOS) {
            failures = 0;
            retry.reset();
            nodes.forEach(PlannedNode::forgive);
        }
        serves = false;
    }

    /** A plan has failed although all its nodes are there; whether it was one too many. */
    boolean failedOnceTooOften() {
        if (++failures <= MOST_FAILURES) {
            return false;
        }
        failures = 0;
        return true;
    }

    /** A node is gone: failures that it was suspected of were no mystery. */
    void explainedBy(PlannedNode gone) {
        failures = Math.max(0, failures - gone.strikes);
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

    /** A node's own engine has failed, or could not be made; whether that was one too many. */
    boolean failedByItselfTooOften(PlannedNode node) {
        if (++node.ownFailures < MOST_OWN_FAILURES) {
            return false;
        }
        failures = 0; // the cause is found
        return true;
    }

    /** After plans have failed: how long until the next try; longer each time. */
    Duration nextRetry() {
        return retry.next();
    }
}
