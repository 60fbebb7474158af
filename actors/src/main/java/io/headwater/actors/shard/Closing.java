/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.NodeState;
import io.headwater.actors.plan.PlanAssignment;
import io.headwater.actors.plan.ShardOrder;
import io.headwater.actors.shard.HeadShard.CloseOverdue;
import io.headwater.actors.shard.HeadShard.Closed;
import io.headwater.actors.shard.HeadShard.Command;
import io.headwater.actors.shard.HeadShard.LoadFailed;
import io.headwater.actors.shard.HeadShard.Loaded;
import io.headwater.actors.shard.HeadShard.Ordered;
import io.headwater.actors.shard.HeadShard.Tick;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * The old engine is on its way out, or the old load that nobody needs any more: it may come to its end all the same. Until then nothing takes
 * memory. Owned by the head shard.
 */
final class Closing {
    private final ShardDesk desk;
    private final ShardSteps steps;
    private final long epoch;

    Closing(ShardDesk desk, ShardSteps steps, long epoch) {
        this.desk = desk;
        this.steps = steps;
        this.epoch = epoch;
    }

    /** {@code next} is what comes then, unless something newer is ordered. */
    Behavior<Command> until(Supplier<Behavior<Command>> next) {
        return desk.state(command -> switch (command) {
            case Closed(long of, String failure)
            when of == epoch -> {
                desk.slot.closed();
                yield failure.isEmpty() ? next.get() : steps.retire("the engine of epoch " + epoch + " " + failure);
            }
            case Loaded(long of, NodeEngine late)
            when of == epoch -> {
                desk.slot.hold(late);
                desk.slot.close(late);
                yield Behaviors.same();
            }
            case LoadFailed failed
            when failed.epoch() == epoch -> {
                desk.slot.closed();
                yield failed.freed() ? next.get() : steps.retireUnfreed(failed);
            }
            case CloseOverdue(long of) when of == epoch -> overdue();
            case Ordered(ShardOrder.Assign(PlanAssignment plan))
            when desk.newer(plan.epoch()) -> until(() -> steps.load(plan));
            case Ordered(ShardOrder.Release release) when desk.ends(release) -> until(() -> steps.released(release));
            case Tick _ -> desk.beat(desk.leaving() ? NodeState.DRAINING : NodeState.STANDBY);
            case Command other -> steps.common(other);
        });
    }

    private Behavior<Command> overdue() {
        long seconds = desk.setup.close().toSeconds();
        return steps.retire("the engine of epoch " + epoch + " did not stop within " + seconds + " s");
    }
}
