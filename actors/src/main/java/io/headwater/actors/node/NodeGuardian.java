/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import io.headwater.actors.decode.BudgetSupervisor;
import io.headwater.actors.decode.Gateway;
import io.headwater.actors.decode.GatewayLimits;
import io.headwater.actors.decode.GatewayView;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.actors.shard.HeadShard;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.typed.ClusterSingleton;
import org.apache.pekko.cluster.typed.SingletonActor;
import org.jspecify.annotations.Nullable;

/**
 * The root of a node's actors: planner and budget supervisor, of which the cluster runs one each on its oldest member, and this node's own head
 * shard and gateway. A planner or budget supervisor that breaks begins anew; a node whose shard or gateway breaks ends.
 */
final class NodeGuardian {
    /** Sessions that may wait for KV memory. */
    private static final int MOST_WAITING = 64;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    sealed interface Command {}

    /** Drains the head shard; the owner hears {@link HeadShard.Left}. */
    record Leave() implements Command {}

    /** A child that never ends of itself has: it broke. */
    private record Broken(String what) implements Command {}

    private record ShardSays(HeadShard.Event event) implements Command {}

    /**
     * What the node consists of.
     *
     * @param shard makes the head shard of a running system; null for a node without one
     * @param view written by the gateway
     * @param heard what the head shard says, told on the dispatcher
     * @param ready completed once the actors are there
     */
    record Parts(
            Behavior<ShardPlanner.Command> planner,
            @Nullable ShardMaker shard,
            boolean gateway,
            GatewayView view,
            int contextLength,
            Consumer<HeadShard.Event> heard,
            CompletableFuture<Refs> ready) {}

    /** Makes a head shard that knows the planner and tells its owner what happens. */
    @FunctionalInterface
    interface ShardMaker {
        Behavior<HeadShard.Command> create(
                ActorSystem<?> system, ActorRef<ShardPlanner.Command> planner, ActorRef<HeadShard.Event> owner);
    }

    /** Addresses for {@link ClusterNode}; the gateway's is null where there is none. */
    record Refs(
            ActorRef<ShardPlanner.Command> planner,
            @Nullable ActorRef<Gateway.Command> gateway) {}

    private final Parts parts;
    private final @Nullable ActorRef<HeadShard.Command> shard;

    private NodeGuardian(Parts parts, @Nullable ActorRef<HeadShard.Command> shard) {
        this.parts = parts;
        this.shard = shard;
    }

    static Behavior<Command> create(Parts parts) {
        return Behaviors.setup(context -> {
            ClusterSingleton singletons = ClusterSingleton.get(context.getSystem());
            ActorRef<ShardPlanner.Command> planner =
                    singletons.init(SingletonActor.of(lasting(parts.planner()), "planner"));
            ActorRef<BudgetSupervisor.Command> budget = singletons.init(SingletonActor.of(
                    lasting(BudgetSupervisor.create(planner, MOST_WAITING, BudgetSupervisor.CLAIMS)), "budget"));
            @Nullable
            ActorRef<Gateway.Command> gateway =
                    parts.gateway() ? context.spawn(gateway(parts, planner, budget), "gateway") : null;
            @Nullable ActorRef<HeadShard.Command> shard = spawnShard(context, parts, planner);
            watch(context, gateway, "gateway");
            watch(context, shard, "head shard");
            parts.ready().complete(new Refs(planner, gateway));
            return new NodeGuardian(parts, shard).running();
        });
    }

    /** What it knew it hears again: from the nodes' beats, from the gateways' claims. */
    private static <T> Behavior<T> lasting(Behavior<T> singleton) {
        return Behaviors.supervise(singleton)
                .onFailure(SupervisorStrategy.restartWithBackoff(FIRST_PAUSE, LONGEST_PAUSE, 0.1));
    }

    private static void watch(ActorContext<Command> context, @Nullable ActorRef<?> child, String what) {
        if (child != null) {
            context.watchWith(child, new Broken(what));
        }
    }

    private static Behavior<Gateway.Command> gateway(
            Parts parts, ActorRef<ShardPlanner.Command> planner, ActorRef<BudgetSupervisor.Command> budget) {
        return Gateway.create(new Gateway.GatewayNeeds(
                planner, budget, GatewayLimits.defaults(), parts.view(), parts.contextLength()));
    }

    private static @Nullable ActorRef<HeadShard.Command> spawnShard(
            ActorContext<Command> context, Parts parts, ActorRef<ShardPlanner.Command> planner) {
        @Nullable ShardMaker maker = parts.shard();
        if (maker == null) {
            return null;
        }
        ActorRef<HeadShard.Event> owner = context.messageAdapter(HeadShard.Event.class, ShardSays::new);
        return context.spawn(maker.create(context.getSystem(), planner, owner), "head-shard");
    }

    private Behavior<Command> running() {
        return Behaviors.receiveMessage(command -> switch (command) {
            case Leave _ -> {
                leave();
                yield Behaviors.same();
            }
            case ShardSays says -> {
                parts.heard().accept(says.event());
                yield Behaviors.same();
            }
            case Broken(String what) -> {
                parts.heard()
                        .accept(new HeadShard.Retired(
                                "this node's " + what + " has broken, see its log: start the node again"));
                yield Behaviors.stopped(); // and with it the actor system
            }
        });
    }

    private void leave() {
        if (shard == null) {
            parts.heard().accept(new HeadShard.Left());
        } else {
            shard.tell(new HeadShard.Leave());
        }
    }
}
