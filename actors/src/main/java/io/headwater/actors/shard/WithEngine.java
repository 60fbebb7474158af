/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.NodeState;
import io.headwater.actors.plan.PlanAssignment;
import io.headwater.actors.plan.ShardOrder;
import io.headwater.actors.shard.HeadShard.Command;
import io.headwater.actors.shard.HeadShard.DecoderGone;
import io.headwater.actors.shard.HeadShard.Faulted;
import io.headwater.actors.shard.HeadShard.Ordered;
import io.headwater.actors.shard.HeadShard.Tick;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** There is an engine. Owned by the head shard. */
final class WithEngine {
    private final ShardDesk desk;
    private final ShardSteps steps;
    private final PlanAssignment plan;
    private final NodeEngine engine;

    WithEngine(ShardDesk desk, ShardSteps steps, PlanAssignment plan, NodeEngine engine) {
        this.desk = desk;
        this.steps = steps;
        this.plan = plan;
        this.engine = engine;
    }

    /** The engine waits for the others'. */
    Behavior<Command> ready() {
        long epoch = plan.epoch();
        return desk.state(command -> switch (command) {
            case Ordered(ShardOrder.Lead(long of))
            when of == epoch && plan.leads() -> {
                desk.slot.lead(engine);
                yield steps.serve(this, plan);
            }
            case Ordered(ShardOrder.Follow(long of)) when of == epoch -> steps.serve(this, plan);
            case Ordered(ShardOrder.Assign(PlanAssignment again))
            when again.epoch() == epoch -> {
                desk.planner.ready(engine);
                yield Behaviors.same();
            }
            case Tick _ -> desk.beat(NodeState.READY, engine);
            case Command other -> common(other);
        });
    }

    /** The plan answers; the leader has a decoder. */
    Behavior<Command> serving() {
        return desk.state(command -> switch (command) {
            case Ordered(ShardOrder.Lead(long of))
            when of == plan.epoch() -> { // the answer was lost
                desk.slot.decoder().ifPresent(ref -> desk.planner.serving(of, ref));
                yield Behaviors.same();
            }
            case Tick _ -> desk.beat(desk.leaving() ? NodeState.DRAINING : NodeState.SERVING, engine);
            case Command other -> common(other);
        });
    }

    private Behavior<Command> common(Command command) {
        return switch (command) {
            case Ordered(ShardOrder.Assign(PlanAssignment next))
            when desk.newer(next.epoch()) -> steps.close(engine, () -> steps.load(next));
            case Ordered(ShardOrder.Release release)
            when desk.ends(release) -> steps.close(engine, () -> steps.released(release));
            case Faulted(EngineFault fault) when fault.epoch() == plan.epoch() -> lost(fault);
            case DecoderGone(long of) when of == plan.epoch() -> lost(ShardSteps.withoutDecoder(of));
            case Command other -> steps.common(other);
        };
    }

    private Behavior<Command> lost(EngineFault fault) {
        return steps.lost(plan, fault, () -> steps.close(engine, steps::idle));
    }
}
