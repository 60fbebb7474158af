/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.plan.NodeState;
import io.headwater.actors.plan.ShardOrder;
import io.headwater.actors.shard.HeadShard.Command;
import io.headwater.actors.shard.HeadShard.LeaveOverdue;
import io.headwater.actors.shard.HeadShard.Ordered;
import io.headwater.actors.shard.HeadShard.Progressed;
import java.util.function.Function;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** What all states of a head shard work on. Owned by the head shard. */
final class ShardDesk {
    final ActorContext<Command> context;
    final HeadShard.Setup setup;
    final PlannerLink planner;
    final EngineSlot slot;
    private final TimerScheduler<Command> timers;
    private boolean leaving;
    private NodeFigures figures = NodeFigures.NONE;

    ShardDesk(
            ActorContext<Command> context, TimerScheduler<Command> timers, HeadShard.Setup setup, PlannerLink planner) {
        this.context = context;
        this.timers = timers;
        this.setup = setup;
        this.planner = planner;
        this.slot = new EngineSlot(context, timers, setup);
    }

    /** A state: what it does with a message. */
    Behavior<Command> state(Function<Command, Behavior<Command>> onMessage) {
        return Behaviors.receive(
                (_, command) -> {
                    if (command instanceof Ordered) {
                        planner.answered();
                    }
                    return onMessage.apply(command);
                },
                (_, signal) -> onSignal(signal));
    }

    private Behavior<Command> onSignal(Signal signal) {
        if (signal instanceof PostStop) {
            slot.abandon();
        }
        return Behaviors.same();
    }

    boolean leaving() {
        return leaving;
    }

    void leave() {
        if (!leaving) {
            leaving = true;
            timers.startSingleTimer("leave", new LeaveOverdue(), setup.leave());
        }
        planner.leaving();
    }

    boolean newer(long epoch) {
        return planner.isNewer(epoch);
    }

    boolean ends(ShardOrder.Release release) {
        return newer(release.epoch()) || leaving;
    }

    Behavior<Command> beat(NodeState state, NodeEngine engine) {
        figures = engine.figures();
        return beat(state);
    }

    Behavior<Command> beat(NodeState state) {
        planner.beat(state, figures);
        if (leaving) {
            planner.leaving();
        }
        return Behaviors.same();
    }

    Behavior<Command> progressed(Progressed progressed) {
        figures = NodeFigures.NONE.withLoaded(progressed.done(), progressed.total());
        tell(new HeadShard.Loading(progressed.epoch(), progressed.done(), progressed.total()));
        return Behaviors.same();
    }

    void forgetFigures() {
        figures = NodeFigures.NONE;
    }

    /** Tells the node's owner. */
    void tell(HeadShard.Event event) {
        setup.owner().tell(event);
    }
}
