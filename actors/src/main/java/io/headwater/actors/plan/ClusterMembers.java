/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.HostPort;
import io.headwater.cluster.membership.Membership;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;

/** The members of the actor system's cluster. */
final class ClusterMembers implements PlannerMembers {
    /** Role of the members that compute. */
    private static final String SHARD = "shard";

    private final ActorSystem<?> system;

    ClusterMembers(ActorSystem<?> system) {
        this.system = system;
    }

    @Override
    public void subscribe(ActorContext<ShardPlanner.Command> planner) {
        ActorRef<ClusterEvent.MemberUp> comers = planner.messageAdapter(
                ClusterEvent.MemberUp.class, event -> new ShardPlanner.MemberCame(at(event.member())));
        ActorRef<ClusterEvent.MemberDowned> downed = planner.messageAdapter(
                ClusterEvent.MemberDowned.class, event -> new ShardPlanner.MemberGone(at(event.member())));
        ActorRef<ClusterEvent.MemberRemoved> removed = planner.messageAdapter(
                ClusterEvent.MemberRemoved.class, event -> new ShardPlanner.MemberGone(at(event.member())));
        ActorRef<ClusterEvent.UnreachableMember> silences = planner.messageAdapter(
                ClusterEvent.UnreachableMember.class, event -> new ShardPlanner.MemberUnreachable(at(event.member())));
        ActorRef<ClusterEvent.ReachableMember> voices = planner.messageAdapter(
                ClusterEvent.ReachableMember.class, event -> new ShardPlanner.MemberCame(at(event.member())));
        Cluster.get(system).subscriptions().tell(new Subscribe<>(voices, ClusterEvent.ReachableMember.class));
        Cluster.get(system).subscriptions().tell(new Subscribe<>(comers, ClusterEvent.MemberUp.class));
        Cluster.get(system).subscriptions().tell(new Subscribe<>(downed, ClusterEvent.MemberDowned.class));
        Cluster.get(system).subscriptions().tell(new Subscribe<>(removed, ClusterEvent.MemberRemoved.class));
        Cluster.get(system).subscriptions().tell(new Subscribe<>(silences, ClusterEvent.UnreachableMember.class));
    }

    private static HostPort at(Member member) {
        return Membership.hostPort(member.address());
    }

    @Override
    public HostPort addressOf(ActorRef<?> actor) {
        Address address = actor.path().address();
        return address.hasLocalScope() ? Membership.address(system) : Membership.hostPort(address);
    }

    @Override
    public List<HostPort> members() {
        List<HostPort> members = new ArrayList<>();
        for (Member member : Cluster.get(system).state().getMembers()) {
            members.add(at(member));
        }
        return members;
    }

    @Override
    public Set<HostPort> reachableShards() {
        ClusterEvent.CurrentClusterState state = Cluster.get(system).state();
        Set<Member> unreachable = state.getUnreachable();
        Set<HostPort> shards = new HashSet<>();
        for (Member member : state.getMembers()) {
            if (member.status().equals(MemberStatus.up()) && member.hasRole(SHARD) && !unreachable.contains(member)) {
                shards.add(at(member));
            }
        }
        return shards;
    }

    @Override
    public boolean reachesMost() {
        ClusterEvent.CurrentClusterState state = Cluster.get(system).state();
        int members = 0;
        for (Member _ : state.getMembers()) {
            members++;
        }
        return state.getUnreachable().size() * 2 < members;
    }

    @Override
    public void down(HostPort member) {
        Downing.down(system, member);
    }
}
