/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.HostPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CopyOnWriteArraySet;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** Members that a test lets go; a node's address is made of its actor's name. */
final class FakeMembers implements PlannerMembers {
    final List<HostPort> downed = new CopyOnWriteArrayList<>();

    final Set<HostPort> reachableShards = new CopyOnWriteArraySet<>();
    volatile boolean reachesMost;

    static HostPort address(ActorRef<?> actor) {
        return new HostPort(actor.path().name(), 1);
    }

    @Override
    public void subscribe(ActorContext<ShardPlanner.Command> planner) {}

    @Override
    public HostPort addressOf(ActorRef<?> actor) {
        return address(actor);
    }

    @Override
    public List<HostPort> members() {
        return new ArrayList<>();
    }

    @Override
    public Set<HostPort> reachableShards() {
        return reachableShards;
    }

    @Override
    public boolean reachesMost() {
        return reachesMost;
    }

    @Override
    public void down(HostPort member) {
        downed.add(member);
    }
}
