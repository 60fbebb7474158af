/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.shard.HeadShard.CloseOverdue;
import io.headwater.actors.shard.HeadShard.Closed;
import io.headwater.actors.shard.HeadShard.Command;
import io.headwater.actors.shard.HeadShard.DecoderGone;
import io.headwater.actors.shard.HeadShard.Faulted;
import io.headwater.actors.shard.HeadShard.Leave;
import io.headwater.actors.shard.HeadShard.LeaveOverdue;
import io.headwater.actors.shard.HeadShard.LoadFailed;
import io.headwater.actors.shard.HeadShard.Loaded;
import io.headwater.actors.shard.HeadShard.Ordered;
import io.headwater.actors.shard.HeadShard.Progressed;
import io.headwater.actors.shard.HeadShard.Tick;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Told to end, or left: nothing but late engines matters any more. Owned by the head shard. */
final class Ended {
    private final ShardDesk desk;

    Ended(ShardDesk desk) {
        this.desk = desk;
    }

    Behavior<Command> state() {
        return desk.state(command -> {
            switch (command) {
                case Loaded(long _, NodeEngine late) -> late.close();
                case Leave _ -> desk.tell(new HeadShard.Left());
                case Ordered _, LoadFailed _, Progressed _, Faulted _, DecoderGone _ -> {}
                case Closed _, CloseOverdue _, LeaveOverdue _, Tick _ -> {}
            }
            return Behaviors.same();
        });
    }
}
