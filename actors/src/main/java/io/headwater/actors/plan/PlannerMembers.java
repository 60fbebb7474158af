/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.HostPort;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** The cluster's members, as the planner sees them. The seam where a test lets members come and go. */
interface PlannerMembers {
    /**
     * From now on the actor hears {@link ShardPlanner.MemberCame} (it is up, or can be reached again), {@link ShardPlanner.MemberUnreachable} and
     * {@link ShardPlanner.MemberGone}.
     */
    void subscribe(ActorContext<ShardPlanner.Command> planner);

    HostPort addressOf(ActorRef<?> actor);

    List<HostPort> members();

    /** Members that compute and can be reached now: each of them has a head shard that joins. */
    Set<HostPort> reachableShards();

    /**
     * Whether more than half of all members can be reached from here. Then those that cannot are in no majority, and the split-brain
     * resolver would decide against them just the same, a few seconds later.
     */
    boolean reachesMost();

    /** Takes a member out at once. */
    void down(HostPort member);
}
