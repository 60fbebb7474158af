/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.CborMessage;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** What a node's head shard tells the planner. */
public sealed interface ShardReport extends ShardPlanner.Command, CborMessage {
    /** Id of the node that tells. */
    String node();

    /** The newest epoch that the node has heard of. */
    long epoch();

    /** Here I am; repeated until an order comes. */
    record Join(NodeProfile profile, long epoch, ActorRef<ShardOrder> shard) implements ShardReport {
        @Override
        public String node() {
            return profile.node();
        }
    }

    /** Each second. */
    record Beat(String node, long epoch, NodeState state, NodeFigures figures, ActorRef<ShardOrder> shard)
            implements ShardReport {}

    /** The engine of this epoch is loaded, connected and warm. */
    record Ready(String node, long epoch, String kernels, long weightBytes) implements ShardReport {}

    /**
     * No engine could be made for this epoch.
     *
     * @param lasting whether it would fail again, whatever the other nodes do: a damaged model, too little memory
     */
    record LoadFailed(String node, long epoch, String reason, boolean lasting) implements ShardReport {}

    /** The leader's decoder takes requests. */
    record Serving(String node, long epoch, ActorRef<DecoderMessage> decoder) implements ShardReport {}

    /**
     * The epoch has ended here.
     *
     * @param suspects nodes that did not answer, or hang; the node itself if its own engine failed; nobody if a peer said goodbye
     * @param hung whether the suspects are alive but get nowhere
     */
    record Lost(String node, long epoch, String reason, List<String> suspects, boolean hung) implements ShardReport {
        public Lost {
            suspects = List.copyOf(suspects);
        }
    }

    /** The node wants to go; it stays until it hears {@link ShardOrder.Release}. */
    record Leaving(String node, long epoch) implements ShardReport {}
}
