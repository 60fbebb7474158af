/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.CborMessage;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What gateways hear: at once when they subscribe, again whenever it changes, and as the answer to each repeated {@link
 * ShardPlanner.Subscribe}. Hearing the same state twice means nothing.
 */
public sealed interface PlanState extends CborMessage {
    /** Of the newest plan; 0 before the first. */
    long epoch();

    /**
     * Nobody serves.
     *
     * @param reason for the user: what, and what to do
     * @param hopeless false at the start, while nodes are still expected: requests may wait; true: every waiting request ends with the reason
     */
    record NoPlan(long epoch, String reason, boolean hopeless) implements PlanState {}

    /** A plan is being put up, or an old one has ended and the next is being waited for; {@code why} is for the user. */
    record Forming(long epoch, String why, List<Loading> loading) implements PlanState {
        public Forming {
            loading = List.copyOf(loading);
        }
    }

    /** How far a node of a forming plan is. */
    record Loading(String node, String host, long loadedBytes, long totalBytes, boolean ready) {}

    /**
     * The plan answers.
     *
     * @param decoder takes the requests of this epoch
     * @param nodes by shard; the first one leads
     * @param kernels of the leader
     * @param weightBytes read by one step, on all shards
     */
    record Serving(
            long epoch,
            ActorRef<DecoderMessage> decoder,
            List<PlanNode> nodes,
            EngineSettings settings,
            String kernels,
            long weightBytes)
            implements PlanState {
        public Serving {
            nodes = List.copyOf(nodes);
        }

        /** Workers of all engines. */
        public int threads() {
            return nodes.stream().mapToInt(node -> node.profile().threads()).sum();
        }
    }
}
