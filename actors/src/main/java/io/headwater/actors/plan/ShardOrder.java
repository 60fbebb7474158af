/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.CborMessage;

/** What the planner tells a node's head shard. */
public sealed interface ShardOrder extends CborMessage {
    /** Heard; not in a plan now, because of {@code reason}. */
    record Standby(long epoch, String reason) implements ShardOrder {}

    /** Stop the old engine, load this one, connect, warm up, then say {@link ShardReport.Ready}. */
    record Assign(PlanAssignment assignment) implements ShardOrder {}

    /** All are ready: the hearer leads, starts the decoder and says {@link ShardReport.Serving}. */
    record Lead(long epoch) implements ShardOrder {}

    /** The plan serves: to those that do not lead. */
    record Follow(long epoch) implements ShardOrder {}

    /** Not part of any plan from this epoch on: stop the engine. To one that leaves it means that it may go. */
    record Release(long epoch, String reason) implements ShardOrder {}

    /** This planner does not know the hearer (it is new): join again. */
    record JoinAgain() implements ShardOrder {}

    /** The node cannot be used: its process ends. */
    record Retire(String reason) implements ShardOrder {}
}
