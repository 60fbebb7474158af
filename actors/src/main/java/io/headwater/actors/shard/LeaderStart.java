/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.DecoderMessage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/** Starts the decoder beside the plan's leader. */
@FunctionalInterface
public interface LeaderStart {
    /** Spawns the decoder as a child of the head shard, which stops it when the epoch ends, before the engine is closed. */
    ActorRef<DecoderMessage> start(ActorContext<?> headShard, NodeEngine engine);
}
