/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.plan.NodeState;
import io.headwater.actors.plan.PlanAssignment;
import io.headwater.actors.plan.ShardOrder;
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
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * A head shard's states: {@link #idle}, {@link #loading}, {@link #ready}, {@link #serving}, {@link #closing} (the old engine must be gone
 * before the next one takes memory) and {@link #ended}. An engine that arrives too late is closed. Owned by the head shard.
 */
final class ShardStates {
    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final HeadShard.Setup setup;
    private final PlannerLink planner;
    private final EngineSlot slot;
    private boolean leaving;
    private NodeFigures figures = NodeFigures.NONE;

    ShardStates(
            ActorContext<Command> context, TimerScheduler<Command> timers, HeadShard.Setup setup, PlannerLink planner) {
        this.context = context;
        this.timers = timers;
        this.setup = setup;
        this.planner = planner;
        this.slot = new EngineSlot(context, timers, setup);
    }

    /** No engine. */
    Behavior<Command> idle() {
        return state(command -> switch (command) {
            case Ordered(ShardOrder.Assign(PlanAssignment plan)) when newer(plan.epoch()) -> load(plan);
            case Ordered(ShardOrder.Release release) when ends(release) -> released(release);
            case Tick _ -> beat(NodeState.STANDBY);
            case Leave _, LeaveOverdue _, Loaded _, Ordered _ -> common(command);
            case LoadFailed _, Progressed _, Faulted _, DecoderGone _, Closed _, CloseOverdue _ -> Behaviors.same();
        });
    }

    /** The loader works. */
    private Behavior<Command> loading(PlanAssignment plan) {
        long epoch = plan.epoch();
        return state(command -> switch (command) {
            case Loaded(long of, NodeEngine engine) when of == epoch -> loaded(plan, engine);
            case LoadFailed failed when failed.epoch() == epoch -> loadFailed(failed);
            case Progressed progressed when progressed.epoch() == epoch -> progressed(progressed);
            case Faulted(EngineFault fault)
            when fault.epoch() == epoch -> lost(plan, fault, () -> givenUp(epoch, this::idle));
            case Ordered(ShardOrder.Assign(PlanAssignment next))
            when newer(next.epoch()) -> givenUp(epoch, () -> load(next));
            case Ordered(ShardOrder.Release release) when ends(release) -> givenUp(epoch, () -> released(release));
            case Tick _ -> beat(NodeState.LOADING);
            case Leave _, LeaveOverdue _, Loaded _, Ordered _ -> common(command);
            case LoadFailed _, Progressed _, Faulted _, DecoderGone _, Closed _, CloseOverdue _ -> Behaviors.same();
        });
    }

    /** The engine waits for the others'. */
    private Behavior<Command> ready(PlanAssignment plan, NodeEngine engine) {
        long epoch = plan.epoch();
        return state(command -> switch (command) {
            case Ordered(ShardOrder.Lead(long of))
            when of == epoch && plan.leads() -> {
                slot.lead(engine);
                yield serve(plan, engine);
            }
            case Ordered(ShardOrder.Follow(long of)) when of == epoch -> serve(plan, engine);
            case Ordered(ShardOrder.Assign(PlanAssignment again))
            when again.epoch() == epoch -> {
                planner.ready(engine);
                yield Behaviors.same();
            }
            case Tick _ -> beat(NodeState.READY, engine);
            case Command other -> withEngine(plan, engine, other);
        });
    }

    /** The plan answers; the leader has a decoder. */
    private Behavior<Command> serving(PlanAssignment plan, NodeEngine engine) {
        return state(command -> switch (command) {
            case Ordered(ShardOrder.Lead(long of))
            when of == plan.epoch() -> { // the answer was lost
                slot.decoder().ifPresent(ref -> planner.serving(of, ref));
                yield Behaviors.same();
            }
            case Tick _ -> beat(leaving ? NodeState.DRAINING : NodeState.SERVING, engine);
            case Command other -> withEngine(plan, engine, other);
        });
    }

    /** What ready and serving have in common. */
    private Behavior<Command> withEngine(PlanAssignment plan, NodeEngine engine, Command command) {
        return switch (command) {
            case Ordered(ShardOrder.Assign(PlanAssignment next))
            when newer(next.epoch()) -> close(engine, () -> load(next));
            case Ordered(ShardOrder.Release release) when ends(release) -> close(engine, () -> released(release));
            case Faulted(EngineFault fault)
            when fault.epoch() == plan.epoch() -> lost(plan, fault, () -> close(engine, this::idle));
            case DecoderGone(long of)
            when of == plan.epoch() -> lost(plan, withoutDecoder(of), () -> close(engine, this::idle));
            case Ordered _, Leave _, LeaveOverdue _, Loaded _ -> common(command);
            case LoadFailed _, Progressed _, Faulted _, DecoderGone _ -> Behaviors.same();
            case Closed _, CloseOverdue _, Tick _ -> Behaviors.same();
        };
    }

    private static EngineFault withoutDecoder(long epoch) {
        String sentence = "the decoder of epoch " + epoch + " has ended: see this node's log";
        return new EngineFault(epoch, EngineFault.Kind.ENGINE_FAILED, sentence, List.of());
    }

    /**
     * The old engine is on its way out, or the old load that nobody needs any more: it may come to its end all the same. {@code next} is
     * what comes then, unless something newer is ordered.
     */
    private Behavior<Command> closing(long epoch, Supplier<Behavior<Command>> next) {
        return state(command -> switch (command) {
            case Closed(long of, String failure)
            when of == epoch -> {
                slot.closed();
                yield failure.isEmpty() ? next.get() : retire("the engine of epoch " + epoch + " " + failure);
            }
            case Loaded(long of, NodeEngine late)
            when of == epoch -> {
                slot.hold(late);
                slot.close(late);
                yield Behaviors.same();
            }
            case LoadFailed failed
            when failed.epoch() == epoch -> {
                slot.closed();
                yield failed.freed() ? next.get() : retire(notFreed(failed));
            }
            case CloseOverdue(long of)
            when of == epoch -> {
                long seconds = setup.close().toSeconds();
                yield retire("the engine of epoch " + epoch + " did not stop within " + seconds + " s");
            }
            case Ordered(ShardOrder.Assign(PlanAssignment plan))
            when newer(plan.epoch()) -> closing(epoch, () -> load(plan));
            case Ordered(ShardOrder.Release release) when ends(release) -> closing(epoch, () -> released(release));
            case Tick _ -> beat(leaving ? NodeState.DRAINING : NodeState.STANDBY);
            case Ordered _, Leave _, LeaveOverdue _, Loaded _ -> common(command);
            case LoadFailed _, Progressed _, Faulted _, DecoderGone _, Closed _, CloseOverdue _ -> Behaviors.same();
        });
    }

    /** Told to end, or left: nothing but late engines matters any more. */
    private Behavior<Command> ended() {
        return state(command -> {
            switch (command) {
                case Loaded(long _, NodeEngine late) -> late.close();
                case Leave _ -> setup.owner().tell(new HeadShard.Left());
                case Ordered _, LoadFailed _, Progressed _, Faulted _, DecoderGone _ -> {}
                case Closed _, CloseOverdue _, LeaveOverdue _, Tick _ -> {}
            }
            return Behaviors.same();
        });
    }

    // ---- steps between states

    private Behavior<Command> load(PlanAssignment plan) {
        planner.heardOf(plan.epoch());
        figures = NodeFigures.NONE;
        int shards = plan.nodes().size();
        context.getLog().info("epoch {}: shard {} of {}", plan.epoch(), plan.shard(), shards);
        slot.load(plan);
        return loading(plan);
    }

    private Behavior<Command> loaded(PlanAssignment plan, NodeEngine engine) {
        slot.hold(engine);
        planner.ready(engine);
        return ready(plan, engine);
    }

    private Behavior<Command> loadFailed(LoadFailed failed) {
        slot.failed();
        planner.loadFailed(failed);
        if (!failed.freed()) {
            return retire(notFreed(failed));
        }
        setup.owner().tell(new HeadShard.LostEpoch(failed.epoch(), failed.reason()));
        return idle();
    }

    /** Another engine would take memory beside what this one holds for ever. */
    private static String notFreed(LoadFailed failed) {
        return "the load of epoch " + failed.epoch() + " failed and its memory could not be freed: " + failed.reason();
    }

    private Behavior<Command> progressed(Progressed progressed) {
        figures = NodeFigures.NONE.withLoaded(progressed.done(), progressed.total());
        setup.owner().tell(new HeadShard.Loading(progressed.epoch(), progressed.done(), progressed.total()));
        return Behaviors.same();
    }

    /** The load is not needed any more. It may be almost done: until it has ended it holds the memory that the next one needs. */
    private Behavior<Command> givenUp(long epoch, Supplier<Behavior<Command>> next) {
        figures = NodeFigures.NONE;
        slot.cancel(epoch);
        return closing(epoch, next);
    }

    private Behavior<Command> serve(PlanAssignment plan, NodeEngine engine) {
        slot.decoder().ifPresent(ref -> planner.serving(plan.epoch(), ref));
        int shards = plan.nodes().size();
        setup.owner().tell(new HeadShard.Serving(plan.epoch(), plan.leads(), plan.shard(), shards));
        return serving(plan, engine);
    }

    private Behavior<Command> lost(PlanAssignment plan, EngineFault fault, Supplier<Behavior<Command>> next) {
        planner.lost(plan, fault);
        context.getLog().info("epoch {} is lost: {}", plan.epoch(), fault.sentence());
        return switch (fault.kind()) {
            case PEER_DEAD, PEER_HUNG, PEER_LEFT, ENGINE_FAILED -> {
                setup.owner().tell(new HeadShard.LostEpoch(plan.epoch(), fault.sentence()));
                yield next.get();
            }
            case SELF_STOPPED -> retire(fault.sentence());
        };
    }

    private Behavior<Command> close(NodeEngine engine, Supplier<Behavior<Command>> next) {
        figures = NodeFigures.NONE;
        slot.close(engine);
        return closing(engine.epoch(), next);
    }

    private Behavior<Command> released(ShardOrder.Release release) {
        planner.heardOf(release.epoch());
        figures = NodeFigures.NONE;
        if (leaving) {
            setup.owner().tell(new HeadShard.Left());
            return ended();
        }
        setup.owner().tell(new HeadShard.StandingBy(release.reason()));
        return idle();
    }

    private Behavior<Command> retire(String reason) {
        context.getLog().info("this node ends: {}", reason);
        slot.abandon();
        setup.owner().tell(new HeadShard.Retired(reason));
        return ended();
    }

    // ---- common to all states but the last

    private Behavior<Command> common(Command command) {
        switch (command) {
            case Leave _ -> leave();
            case LeaveOverdue _ -> {
                slot.abandon();
                setup.owner().tell(new HeadShard.Left());
                return ended();
            }
            case Loaded(long _, NodeEngine late) -> late.close(); // it holds a thread and memory
            case Ordered(ShardOrder order) -> {
                return ordered(order);
            }
            case LoadFailed _, Progressed _, Faulted _, DecoderGone _, Closed _, CloseOverdue _, Tick _ -> {}
        }
        return Behaviors.same();
    }

    private void leave() {
        if (!leaving) {
            leaving = true;
            timers.startSingleTimer("leave", new LeaveOverdue(), setup.leave());
        }
        planner.leaving();
    }

    private Behavior<Command> ordered(ShardOrder order) {
        return switch (order) {
            case ShardOrder.Retire(String reason) -> retire(reason);
            case ShardOrder.JoinAgain _ -> {
                planner.join();
                if (leaving) {
                    planner.leaving(); // the new planner must not deal it a share first
                }
                yield Behaviors.same();
            }
            case ShardOrder.Standby(long _, String reason) -> {
                setup.owner().tell(new HeadShard.StandingBy(reason));
                yield Behaviors.same();
            }
            // of an old epoch, or heard before
            case ShardOrder.Assign _, ShardOrder.Lead _, ShardOrder.Follow _, ShardOrder.Release _ -> Behaviors.same();
        };
    }

    private Behavior<Command> beat(NodeState state, NodeEngine engine) {
        figures = engine.figures();
        return beat(state);
    }

    private Behavior<Command> beat(NodeState state) {
        planner.beat(state, figures);
        if (leaving) {
            planner.leaving();
        }
        return Behaviors.same();
    }

    private boolean newer(long epoch) {
        return planner.isNewer(epoch);
    }

    private boolean ends(ShardOrder.Release release) {
        return newer(release.epoch()) || leaving;
    }

    private Behavior<Command> state(Function<Command, Behavior<Command>> onMessage) {
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
}
