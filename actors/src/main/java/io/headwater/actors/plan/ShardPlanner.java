/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.CborMessage;
import org.apache.pekko.actor.typed.ActorRef;

/** Deals the model out to the nodes that have joined, and makes a new plan when nodes come and go. A cluster singleton. */
public final class ShardPlanner {
    private ShardPlanner() {}

    public sealed interface Command permits ShardReport, Subscribe, GetStatus {}

    /** A gateway wants to hear the plan's state, now and from now on. Repeat it each second: the singleton may move. */
    public record Subscribe(ActorRef<PlanState> subscriber) implements Command, CborMessage {}

    /** For {@code headwater status}. */
    public record GetStatus(ActorRef<ClusterStatus> replyTo) implements Command, CborMessage {}
}
