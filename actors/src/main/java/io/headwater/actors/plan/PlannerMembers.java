/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.HostPort;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** The cluster's members, as the planner sees them. The seam where a test lets members come and go. */
interface PlannerMembers {
    /** From now on the actor hears {@link ShardPlanner.MemberGone} and {@link ShardPlanner.MemberUnreachable}. */
    void subscribe(ActorContext<ShardPlanner.Command> planner);

    HostPort addressOf(ActorRef<?> actor);

    List<HostPort> members();

    /** Takes a member out at once. */
    void down(HostPort member);
}
