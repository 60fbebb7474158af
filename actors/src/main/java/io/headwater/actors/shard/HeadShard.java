/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.DecoderMessage;
import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.plan.NodeProfile;
import io.headwater.actors.plan.NodeState;
import io.headwater.actors.plan.PlanAssignment;
import io.headwater.actors.plan.PlanNode;
import io.headwater.actors.plan.ShardOrder;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.actors.plan.ShardReport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.Signal;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Owns the life of a node's engine: loads it for a plan, serves, drains, stops it, and reports its loss. States: {@link #idle}, {@link
 * #loading}, {@link #ready}, {@link #serving}, {@link #closing} (the old engine must be gone before the next one takes memory) and {@link
 * #ended}. An engine that arrives too late is closed.
 */
public final class HeadShard {
    private static final Duration BEAT = Duration.ofSeconds(1);

    public sealed interface Command
            permits Leave, Ordered, Loaded, LoadFailed, Progressed, Faulted, Closed, CloseOverdue, LeaveOverdue, Tick {}

    /** The node is to go politely: it is drained first; then, or after the deadline, {@link Left} is told. */
    public record Leave() implements Command {}

    private record Ordered(ShardOrder order) implements Command {}

    private record Loaded(long epoch, NodeEngine engine) implements Command {}

    private record LoadFailed(long epoch, String reason, boolean lasting) implements Command {}

    private record Progressed(long epoch, long done, long total) implements Command {}

    private record Faulted(EngineFault fault) implements Command {}

    private record Closed(long epoch, String failure) implements Command {}

    private record CloseOverdue(long epoch) implements Command {}

    private record LeaveOverdue() implements Command {}

    private record Tick() implements Command {}

    /** What the node's owner hears. */
    public sealed interface Event {}

    /** Weights are being packed. */
    public record Loading(long epoch, long loadedBytes, long totalBytes) implements Event {}

    /** The node serves in this epoch's plan. */
    public record Serving(long epoch, boolean leads, int shard, int shards) implements Event {}

    /** The node is not in a plan. */
    public record StandingBy(String reason) implements Event {}

    /** The engine of this epoch is gone; a new plan follows. */
    public record LostEpoch(long epoch, String reason) implements Event {}

    /** The node may leave the cluster; its engine is closed. */
    public record Left() implements Event {}

    /** The process must end now, with this reason. */
    public record Retired(String reason) implements Event {}

    /**
     * What a head shard works with.
     *
     * @param planner the singleton's proxy
     * @param close an engine that is not closed by then holds memory that the next one needs: the process ends
     * @param leave longer than the planner's drain deadline; then the node goes all the same
     */
    public record Setup(
            NodeProfile profile,
            ActorRef<ShardPlanner.Command> planner,
            EngineLoader loader,
            LeaderStart leaderStart,
            ActorRef<Event> owner,
            Duration close,
            Duration leave) {
        public static final Duration CLOSE = Duration.ofSeconds(20);
        public static final Duration LEAVE = Duration.ofSeconds(40);
    }

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Setup setup;
    private final ActorRef<ShardOrder> orders;
    private final String node;

    private boolean joined;
    private boolean leaving;
    private long newest;
    private NodeFigures figures = NodeFigures.NONE;
    private Optional<NodeEngine> held = Optional.empty();
    private Optional<ActorRef<DecoderMessage>> decoder = Optional.empty();

    private HeadShard(ActorContext<Command> context, TimerScheduler<Command> timers, Setup setup) {
        this.context = context;
        this.timers = timers;
        this.setup = setup;
        this.orders = context.messageAdapter(ShardOrder.class, Ordered::new);
        this.node = setup.profile().node();
    }

    public static Behavior<Command> create(Setup setup) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            HeadShard shard = new HeadShard(context, timers, setup);
            timers.startTimerWithFixedDelay("beat", new Tick(), BEAT);
            shard.tell(shard.join());
            return shard.idle();
        }));
    }

    // ---- states

    /** No engine. */
    private Behavior<Command> idle() {
        return state(command -> switch (command) {
            case Ordered(ShardOrder.Assign(PlanAssignment plan)) when newer(plan.epoch()) -> load(plan);
            case Ordered(ShardOrder.Release release) when newer(release.epoch()) || leaving -> released(release);
            case Tick _ -> beat(NodeState.STANDBY);
            case Leave _, LeaveOverdue _, Loaded _, Ordered _ -> common(command);
            case LoadFailed _, Progressed _, Faulted _, Closed _, CloseOverdue _ -> Behaviors.same();
        });
    }

    /** The loader works. */
    private Behavior<Command> loading(PlanAssignment plan) {
        long epoch = plan.epoch();
        return state(command -> switch (command) {
            case Loaded(long of, NodeEngine engine)
            when of == epoch -> {
                held = Optional.of(engine);
                tellReady(epoch, engine);
                yield ready(plan, engine);
            }
            case LoadFailed failed
            when failed.epoch() == epoch -> {
                tell(new ShardReport.LoadFailed(node, epoch, failed.reason(), failed.lasting()));
                setup.owner().tell(new LostEpoch(epoch, failed.reason()));
                yield idle();
            }
            case Progressed(long of, long done, long total)
            when of == epoch -> {
                figures = NodeFigures.NONE.withLoaded(done, total);
                setup.owner().tell(new Loading(epoch, done, total));
                yield Behaviors.same();
            }
            case Faulted(EngineFault fault)
            when fault.epoch() == epoch -> {
                setup.loader().cancel(epoch);
                yield lost(plan, fault, this::idle);
            }
            case Ordered(ShardOrder.Assign(PlanAssignment next))
            when newer(next.epoch()) -> {
                setup.loader().cancel(epoch);
                yield load(next);
            }
            case Ordered(ShardOrder.Release release)
            when newer(release.epoch()) || leaving -> {
                setup.loader().cancel(epoch);
                yield released(release);
            }
            case Tick _ -> beat(NodeState.LOADING);
            case Leave _, LeaveOverdue _, Loaded _, Ordered _ -> common(command);
            case LoadFailed _, Progressed _, Faulted _, Closed _, CloseOverdue _ -> Behaviors.same();
        });
    }

    /** The engine waits for the others'. */
    private Behavior<Command> ready(PlanAssignment plan, NodeEngine engine) {
        long epoch = plan.epoch();
        return state(command -> switch (command) {
            case Ordered(ShardOrder.Lead(long of))
            when of == epoch && plan.leads() -> {
                ActorRef<DecoderMessage> started = setup.leaderStart().start(context, engine);
                decoder = Optional.of(started);
                yield serve(plan, engine);
            }
            case Ordered(ShardOrder.Follow(long of)) when of == epoch -> serve(plan, engine);
            case Ordered(ShardOrder.Assign(PlanAssignment again))
            when again.epoch() == epoch -> {
                tellReady(epoch, engine);
                yield Behaviors.same();
            }
            case Tick _ -> beat(NodeState.READY, engine);
            case Ordered _,
                    Leave _,
                    Loaded _,
                    LoadFailed _,
                    Progressed _,
                    Faulted _,
                    Closed _,
                    CloseOverdue _,
                    LeaveOverdue _ -> withEngine(plan, engine, command);
        });
    }

    private Behavior<Command> serve(PlanAssignment plan, NodeEngine engine) {
        decoder.ifPresent(ref -> tell(new ShardReport.Serving(node, plan.epoch(), ref)));
        setup.owner()
                .tell(new Serving(
                        plan.epoch(), plan.leads(), plan.shard(), plan.nodes().size()));
        return serving(plan, engine);
    }

    /** The plan answers; the leader has a decoder. */
    private Behavior<Command> serving(PlanAssignment plan, NodeEngine engine) {
        return state(command -> switch (command) {
            case Ordered(ShardOrder.Lead(long of))
            when of == plan.epoch() -> { // the answer was lost
                decoder.ifPresent(ref -> tell(new ShardReport.Serving(node, of, ref)));
                yield Behaviors.same();
            }
            case Tick _ -> beat(leaving ? NodeState.DRAINING : NodeState.SERVING, engine);
            case Ordered _,
                    Leave _,
                    Loaded _,
                    LoadFailed _,
                    Progressed _,
                    Faulted _,
                    Closed _,
                    CloseOverdue _,
                    LeaveOverdue _ -> withEngine(plan, engine, command);
        });
    }

    /** What ready and serving have in common. */
    private Behavior<Command> withEngine(PlanAssignment plan, NodeEngine engine, Command command) {
        return switch (command) {
            case Ordered(ShardOrder.Assign(PlanAssignment next))
            when newer(next.epoch()) -> close(engine, () -> load(next));
            case Ordered(ShardOrder.Release release)
            when newer(release.epoch()) || leaving -> close(engine, () -> released(release));
            case Faulted(EngineFault fault)
            when fault.epoch() == plan.epoch() -> lost(plan, fault, () -> close(engine, this::idle));
            case Ordered _, Leave _, LeaveOverdue _, Loaded _ -> common(command);
            case LoadFailed _, Progressed _, Faulted _, Closed _, CloseOverdue _, Tick _ -> Behaviors.same();
        };
    }

    /** The old engine is on its way out; {@code next} is what comes then, unless something newer is ordered. */
    private Behavior<Command> closing(long epoch, Next next) {
        return state(command -> switch (command) {
            case Closed(long of, String failure)
            when of == epoch -> {
                timers.cancel("close");
                held = Optional.empty();
                yield failure.isEmpty() ? next.state() : retire("the engine of epoch " + epoch + " " + failure);
            }
            case CloseOverdue(long of)
            when of == epoch ->
                retire("the engine of epoch " + epoch + " did not stop within "
                        + setup.close().toSeconds() + " s");
            case Ordered(ShardOrder.Assign(PlanAssignment plan))
            when newer(plan.epoch()) -> closing(epoch, () -> load(plan));
            case Ordered(ShardOrder.Release release)
            when newer(release.epoch()) || leaving -> closing(epoch, () -> released(release));
            case Tick _ -> beat(leaving ? NodeState.DRAINING : NodeState.STANDBY);
            case Ordered _, Leave _, LeaveOverdue _, Loaded _ -> common(command);
            case LoadFailed _, Progressed _, Faulted _, Closed _, CloseOverdue _ -> Behaviors.same();
        });
    }

    /** Told to end, or left: nothing but late engines matters any more. */
    private Behavior<Command> ended() {
        return state(command -> switch (command) {
            case Loaded(long _, NodeEngine late) -> {
                late.close();
                yield Behaviors.same();
            }
            case Leave _ -> {
                setup.owner().tell(new Left());
                yield Behaviors.same();
            }
            case Ordered _, LoadFailed _, Progressed _, Faulted _, Closed _, CloseOverdue _, LeaveOverdue _, Tick _ ->
                Behaviors.same();
        });
    }

    // ---- steps between states

    private Behavior<Command> load(PlanAssignment plan) {
        long epoch = plan.epoch();
        newest = epoch;
        figures = NodeFigures.NONE;
        context.getLog()
                .info(
                        "epoch {}: shard {} of {}",
                        epoch,
                        plan.shard(),
                        plan.nodes().size());
        ActorRef<Command> self = context.getSelf();
        CompletionStage<NodeEngine> engine = setup.loader()
                .load(
                        plan,
                        (done, total) -> self.tell(new Progressed(epoch, done, total)),
                        fault -> self.tell(new Faulted(fault)));
        context.pipeToSelf(
                engine, (loaded, failure) -> failure == null ? new Loaded(epoch, loaded) : failed(epoch, failure));
        return loading(plan);
    }

    private static LoadFailed failed(long epoch, Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return failure instanceof LoadException known
                ? new LoadFailed(epoch, String.valueOf(known.getMessage()), known.lasting())
                : new LoadFailed(epoch, failure.toString(), true);
    }

    private Behavior<Command> lost(PlanAssignment plan, EngineFault fault, Next next) {
        List<String> suspects = fault.suspects().stream()
                .filter(shard -> shard >= 0 && shard < plan.nodes().size())
                .map(plan.nodes()::get)
                .map(PlanNode::id)
                .toList();
        boolean hung = fault.kind() == EngineFault.Kind.PEER_HUNG;
        tell(new ShardReport.Lost(node, plan.epoch(), fault.sentence(), suspects, hung));
        context.getLog().info("epoch {} is lost: {}", plan.epoch(), fault.sentence());
        return switch (fault.kind()) {
            case PEER_DEAD, PEER_HUNG, ENGINE_FAILED -> {
                setup.owner().tell(new LostEpoch(plan.epoch(), fault.sentence()));
                yield next.state();
            }
            case SELF_STOPPED -> retire(fault.sentence());
        };
    }

    /** Stops the decoder, then the engine. */
    private Behavior<Command> close(NodeEngine engine, Next next) {
        long epoch = engine.epoch();
        stopDecoder();
        figures = NodeFigures.NONE;
        context.pipeToSelf(
                engine.close(),
                (_, failure) -> new Closed(epoch, failure == null ? "" : "could not be closed: " + failure));
        timers.startSingleTimer("close", new CloseOverdue(epoch), setup.close());
        return closing(epoch, next);
    }

    private void stopDecoder() {
        decoder.ifPresent(context::stop);
        decoder = Optional.empty();
    }

    private Behavior<Command> released(ShardOrder.Release release) {
        newest = Math.max(newest, release.epoch());
        figures = NodeFigures.NONE;
        if (leaving) {
            setup.owner().tell(new Left());
            return ended();
        }
        setup.owner().tell(new StandingBy(release.reason()));
        return idle();
    }

    private Behavior<Command> retire(String reason) {
        context.getLog().info("this node ends: {}", reason);
        stopDecoder();
        held.ifPresent(NodeEngine::close);
        setup.owner().tell(new Retired(reason));
        return ended();
    }

    // ---- common to all states but the last

    private Behavior<Command> common(Command command) {
        switch (command) {
            case Leave _ -> {
                if (!leaving) {
                    leaving = true;
                    timers.startSingleTimer("leave", new LeaveOverdue(), setup.leave());
                }
                tell(new ShardReport.Leaving(node, newest));
            }
            case LeaveOverdue _ -> {
                stopDecoder();
                setup.loader().cancel(newest);
                held.ifPresent(NodeEngine::close);
                setup.owner().tell(new Left());
                return ended();
            }
            case Loaded(long _, NodeEngine late) -> late.close(); // it holds a thread and memory
            case Ordered(ShardOrder order) -> {
                return ordered(order);
            }
            case LoadFailed _, Progressed _, Faulted _, Closed _, CloseOverdue _, Tick _ -> {}
        }
        return Behaviors.same();
    }

    private Behavior<Command> ordered(ShardOrder order) {
        return switch (order) {
            case ShardOrder.Retire(String reason) -> {
                setup.loader().cancel(newest);
                yield retire(reason);
            }
            case ShardOrder.JoinAgain _ -> {
                joined = false;
                tell(join());
                yield Behaviors.same();
            }
            case ShardOrder.Standby(long _, String reason) -> {
                setup.owner().tell(new StandingBy(reason));
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
        if (!joined && newest == 0) {
            tell(join());
        } else {
            tell(new ShardReport.Beat(node, newest, state, figures, orders));
        }
        if (leaving) {
            tell(new ShardReport.Leaving(node, newest));
        }
        return Behaviors.same();
    }

    private ShardReport.Join join() {
        return new ShardReport.Join(setup.profile(), newest, orders);
    }

    private void tellReady(long epoch, NodeEngine engine) {
        tell(new ShardReport.Ready(node, epoch, engine.kernels(), engine.weightBytes()));
    }

    private void tell(ShardReport report) {
        setup.planner().tell(report);
    }

    private boolean newer(long epoch) {
        return epoch > newest;
    }

    /** What comes after something that takes time. */
    private interface Next {
        Behavior<Command> state();
    }

    private Behavior<Command> state(Function<Command, Behavior<Command>> onMessage) {
        return Behaviors.receive(
                (_, command) -> {
                    joined |= command instanceof Ordered; // an order is the answer to a join
                    return onMessage.apply(command);
                },
                (_, signal) -> onSignal(signal));
    }

    private Behavior<Command> onSignal(Signal signal) {
        if (signal instanceof PostStop) {
            setup.loader().cancel(newest);
            held.ifPresent(NodeEngine::close);
        }
        return Behaviors.same();
    }
}
