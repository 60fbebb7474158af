/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.HostPort;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** The nodes that have joined, in this order; each one's actor is watched. Owned by the planner. */
final class NodeRoster {
    private final ActorContext<ShardPlanner.Command> context;
    private final Map<String, PlannedNode> nodes = new LinkedHashMap<>();

    NodeRoster(ActorContext<ShardPlanner.Command> context) {
        this.context = context;
    }

    void add(PlannedNode node) {
        nodes.put(node.id(), node);
        context.watchWith(node.shard, new ShardPlanner.ShardGone(node.shard));
        NodeProfile profile = node.profile;
        context.getLog()
                .info(
                        "node {} joined (host {}, pid {}, capacity {})",
                        node.id(),
                        profile.host(),
                        profile.pid(),
                        profile.capacity());
    }

    void remove(PlannedNode node) {
        nodes.remove(node.id());
        context.unwatch(node.shard);
    }

    /** Its process is told to end. */
    void retire(String id, String why) {
        get(id).ifPresent(node -> {
            context.getLog().info("node {} is told to end: {}", id, why);
            remove(node);
            node.shard.tell(new ShardOrder.Retire(why));
        });
    }

    Collection<PlannedNode> all() {
        return nodes.values();
    }

    boolean isEmpty() {
        return nodes.isEmpty();
    }

    boolean contains(String id) {
        return nodes.containsKey(id);
    }

    Optional<PlannedNode> get(String id) {
        return Optional.ofNullable(nodes.get(id));
    }

    Optional<PlannedNode> at(HostPort member) {
        return one(node -> node.address.equals(member));
    }

    Optional<PlannedNode> of(ActorRef<ShardOrder> shard) {
        return one(node -> node.shard.equals(shard));
    }

    /** Those of a plan, as far as they are still there. */
    List<PlannedNode> in(CurrentPlan plan) {
        return plan.nodes().stream()
                .map(place -> nodes.get(place.id()))
                .filter(node -> node != null)
                .toList();
    }

    Optional<PlannedNode> leader(CurrentPlan plan) {
        return one(node -> plan.leads(node.id()));
    }

    private Optional<PlannedNode> one(Predicate<PlannedNode> which) {
        return nodes.values().stream().filter(which).findFirst();
    }
}
