/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.NodeState;
import io.headwater.actors.plan.PlanAssignment;
import io.headwater.actors.plan.ShardOrder;
import io.headwater.actors.shard.HeadShard.Command;
import io.headwater.actors.shard.HeadShard.Faulted;
import io.headwater.actors.shard.HeadShard.LoadFailed;
import io.headwater.actors.shard.HeadShard.Loaded;
import io.headwater.actors.shard.HeadShard.Ordered;
import io.headwater.actors.shard.HeadShard.Progressed;
import io.headwater.actors.shard.HeadShard.Tick;
import org.apache.pekko.actor.typed.Behavior;

/** There is no engine, or not yet. Owned by the head shard. */
final class Unloaded {
    private final ShardDesk desk;
    private final ShardSteps steps;

    Unloaded(ShardDesk desk, ShardSteps steps) {
        this.desk = desk;
        this.steps = steps;
    }

    /** No engine. */
    Behavior<Command> idle() {
        return desk.state(command -> switch (command) {
            case Ordered(ShardOrder.Assign(PlanAssignment plan)) when desk.newer(plan.epoch()) -> steps.load(plan);
            case Ordered(ShardOrder.Release release) when desk.ends(release) -> steps.released(release);
            case Tick _ -> desk.beat(NodeState.STANDBY);
            case Command other -> steps.common(other);
        });
    }

    /** The loader works. */
    Behavior<Command> loading(PlanAssignment plan) {
        long epoch = plan.epoch();
        return desk.state(command -> switch (command) {
            case Loaded(long of, NodeEngine engine) when of == epoch -> steps.loaded(plan, engine);
            case LoadFailed failed when failed.epoch() == epoch -> steps.loadFailed(failed);
            case Progressed progressed when progressed.epoch() == epoch -> desk.progressed(progressed);
            case Faulted(EngineFault fault)
            when fault.epoch() == epoch -> steps.lost(plan, fault, () -> steps.givenUp(epoch, steps::idle));
            case Ordered(ShardOrder.Assign(PlanAssignment next))
            when desk.newer(next.epoch()) -> steps.givenUp(epoch, () -> steps.load(next));
            case Ordered(ShardOrder.Release release)
            when desk.ends(release) -> steps.givenUp(epoch, () -> steps.released(release));
            case Tick _ -> desk.beat(NodeState.LOADING);
            case Command other -> steps.common(other);
        });
    }
}
