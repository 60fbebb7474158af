/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.NodeProfile;
import io.headwater.actors.plan.ShardOrder;
import io.headwater.actors.plan.ShardPlanner;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * Owns the life of a node's engine: loads it for a plan, serves, drains, stops it, and reports its loss. Here is what it hears and tells;
 * its states are {@link Unloaded}, {@link WithEngine}, {@link Closing} (the old engine must be gone before the next one takes memory) and {@link
 * Ended}, which work on the {@link ShardDesk}; the {@link ShardSteps} lead from one to the next. The engine is in the {@link EngineSlot}, one that
 * arrives too late is closed, and the {@link PlannerLink} tells the planner.
 */
public final class HeadShard {
    private static final Duration BEAT = Duration.ofSeconds(1);

    private HeadShard() {}

    public sealed interface Command
            permits Leave,
                    Ordered,
                    Loaded,
                    LoadFailed,
                    Progressed,
                    Faulted,
                    DecoderGone,
                    Closed,
                    CloseOverdue,
                    LeaveOverdue,
                    Tick {}

    /** The node is to go politely: it is drained first; then, or after the deadline, {@link Left} is told. */
    public record Leave() implements Command {}

    record Ordered(ShardOrder order) implements Command {}

    record Loaded(long epoch, NodeEngine engine) implements Command {}

    /** {@code freed}: what it had taken is given back; if not, only the end of the process frees it. */
    record LoadFailed(long epoch, String reason, boolean lasting, boolean freed) implements Command {}

    record Progressed(long epoch, long done, long total) implements Command {}

    record Faulted(EngineFault fault) implements Command {}

    /** The leader's decoder has ended, and nobody asked it to. */
    record DecoderGone(long epoch) implements Command {}

    record Closed(long epoch, String failure) implements Command {}

    record CloseOverdue(long epoch) implements Command {}

    record LeaveOverdue() implements Command {}

    record Tick() implements Command {}

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

    /** The node may leave the cluster. Its engine is closed; after the deadline it may just have been told to. */
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

    public static Behavior<Command> create(Setup setup) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            PlannerLink planner = new PlannerLink(setup, context.messageAdapter(ShardOrder.class, Ordered::new));
            timers.startTimerWithFixedDelay("beat", new Tick(), BEAT);
            planner.join();
            return new ShardSteps(new ShardDesk(context, timers, setup, planner)).idle();
        }));
    }
}
