/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import io.headwater.actors.decode.Gateway;
import io.headwater.actors.decode.GatewayClient;
import io.headwater.actors.decode.GatewayView;
import io.headwater.actors.node.NodeGuardian.Refs;
import io.headwater.actors.plan.ClusterStatus;
import io.headwater.actors.plan.PlanState;
import io.headwater.actors.plan.PlanState.Forming;
import io.headwater.actors.plan.PlanState.Loading;
import io.headwater.actors.plan.PlanState.NoPlan;
import io.headwater.actors.plan.PlanState.Serving;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.actors.shard.HeadShard;
import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.HostPort;
import io.headwater.cluster.membership.Membership;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.tokenizer.Tokenizer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Leave;
import org.jspecify.annotations.Nullable;

/**
 * One node of a cluster: its actors, its part of the data plane, its model file. Made by {@link #start}; ended politely by {@link #leave}, and
 * in any case by {@link #close}. Any thread may call; clients belong to one thread each.
 */
public final class ClusterNode implements AutoCloseable {
    private static final Duration ASK = Duration.ofSeconds(3);
    private static final Duration START = Duration.ofSeconds(20);
    private static final long LOOK_MILLIS = 50;

    private final NodeParts parts;
    private final NodeShutdown shutdown;
    private final GatewayView view;
    private final ActorSystem<NodeGuardian.Command> system;
    private final Refs refs;
    private final NodeEvents events;
    private final AtomicLong sessions = new AtomicLong(new SecureRandom().nextLong());
    private boolean closed;

    ClusterNode(
            NodeParts parts,
            NodeShutdown shutdown,
            GatewayView view,
            ActorSystem<NodeGuardian.Command> system,
            Refs refs,
            NodeEvents events) {
        this.parts = parts;
        this.shutdown = shutdown;
        this.view = view;
        this.system = system;
        this.refs = refs;
        this.events = events;
        var _ = system.getWhenTerminated()
                .thenAccept(_ -> events.end(
                        "this node is no longer in the cluster: it found none to join, or the others have taken it"
                                + " out because they did not hear it"));
    }

    /** As the other, and nobody hears of the node's shard. */
    public static ClusterNode start(NodeOptions options) throws NodeException {
        return start(options, _ -> {});
    }

    /**
     * Starts a node: it binds its ports, then founds or joins its cluster in the background.
     *
     * @param shard hears what becomes of this node's shard, on the actors' threads
     * @throws NodeException if the model cannot be read, a port is taken or the media driver does not start: a sentence for the user
     */
    public static ClusterNode start(NodeOptions options, Consumer<HeadShard.Event> shard) throws NodeException {
        return NodeStarter.start(options, shard, START);
    }

    /** Where other nodes join, with the port that was taken; as text it is the node's id in {@link ClusterStatus}. */
    public HostPort address() {
        return Membership.address(system);
    }

    /** The model's text side. */
    public Tokenizer tokenizer() {
        return parts.tokenizer();
    }

    /** The model file; lent. */
    public LlamaModel model() {
        return parts.model();
    }

    /** The actor system, for servers beside it; lent. */
    public ActorSystem<?> system() {
        return system;
    }

    /** A new client of this node's gateway. Requests that come before a plan serves wait for it. */
    public GatewayClient client() {
        return new GatewayClient(gateway(), view, sessions::incrementAndGet);
    }

    /** What the gateway has dropped, heard twice and handed in again. */
    GatewayView gatewayView() {
        return view;
    }

    private ActorRef<Gateway.Command> gateway() {
        @Nullable ActorRef<Gateway.Command> gateway = refs.gateway();
        if (gateway == null) {
            throw new IllegalStateException("this node is no gateway: start it with --roles gateway");
        }
        return gateway;
    }

    /** What a cluster that serves consists of. */
    public record ServingPlan(long epoch, int nodes, int threads, String kernels, long weightBytes) {}

    /** Hears how far the nodes of a forming plan are: called on the waiting thread, when something has changed. */
    @FunctionalInterface
    public interface LoadingListener {
        void on(List<Loading> nodes);
    }

    /**
     * Waits, on a gateway, until a plan serves.
     *
     * @throws NodeException if there can be none (the message says why), the node has ended, or time is up
     */
    public ServingPlan awaitServing(Duration timeout, LoadingListener progress) throws NodeException {
        gateway();
        long start = System.nanoTime();
        List<Loading> told = List.of();
        @Nullable PlanState state = view.plan();
        while (System.nanoTime() - start < timeout.toNanos()) {
            state = view.plan();
            switch (state) {
                case Serving serving -> {
                    return plan(serving);
                }
                case NoPlan none when none.hopeless() -> throw new NodeException(none.reason());
                case Forming forming -> told = tell(told, forming.loading(), progress);
                case null -> {}
                case NoPlan _ -> {}
            }
            pause();
        }
        throw new NodeException("no plan serves after " + timeout.toSeconds() + " s: " + reason(state));
    }

    private static List<Loading> tell(List<Loading> before, List<Loading> now, LoadingListener progress) {
        if (!now.equals(before)) {
            progress.on(now);
        }
        return now;
    }

    private static ServingPlan plan(Serving serving) {
        return new ServingPlan(
                serving.epoch(), serving.nodes().size(), serving.threads(), serving.kernels(), serving.weightBytes());
    }

    /** Until the node ends, a moment at most. */
    private void pause() throws NodeException {
        try {
            throw new NodeException(
                    events.ended().get(LOOK_MILLIS, TimeUnit.MILLISECONDS).reason());
        } catch (TimeoutException e) {
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted while waiting for the cluster", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("never completed so", e);
        }
    }

    private static String reason(@Nullable PlanState state) {
        return switch (state) {
            case null -> "no planner was heard; is the cluster up, and can this host reach it?";
            case NoPlan none -> none.reason();
            case Forming forming -> forming.why();
            case Serving _ -> "it has just begun to";
        };
    }

    /** The cluster at this moment; fails if the planner does not answer within seconds. */
    public CompletionStage<ClusterStatus> status() {
        return AskPattern.<ShardPlanner.Command, ClusterStatus>ask(
                refs.planner(), ShardPlanner.GetStatus::new, ASK, system.scheduler());
    }

    /** Takes the node of a process that has ended out of the cluster at once, without waiting until it is missed. */
    public void down(HostPort address) {
        Downing.down(system, address);
    }

    /**
     * Leaves politely: this node's shard is drained and the cluster goes on without it. False if that took longer; {@link #close} must follow
     * either way.
     */
    public boolean leave(Duration timeout) {
        long start = System.nanoTime();
        events.expectEnd();
        system.tell(new NodeGuardian.Leave());
        if (!within(events.left(), timeout)) {
            return false;
        }
        Cluster cluster = Cluster.get(system);
        cluster.manager().tell(Leave.create(cluster.selfMember().address()));
        return within(system.getWhenTerminated().toCompletableFuture(), timeout.minusNanos(System.nanoTime() - start));
    }

    /** Completes if the node ends unasked, with the reason; its process should then end. */
    public CompletionStage<Ended> whenEnded() {
        return events.ended().copy();
    }

    /** Why a node has ended. */
    public record Ended(String reason) {}

    /** Ends the node without draining it, within seconds. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        events.expectEnd();
        shutdown.run();
    }

    private static boolean within(Future<?> future, Duration timeout) {
        try {
            future.get(Math.max(1, timeout.toMillis()), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What happens to a node: told by its actors, waited for by its owner. */
    static final class NodeEvents {
        private final CompletableFuture<Ended> ended = new CompletableFuture<>();
        private final CompletableFuture<HeadShard.Left> left = new CompletableFuture<>();
        private final Consumer<HeadShard.Event> listener;
        private volatile boolean expected;

        NodeEvents(Consumer<HeadShard.Event> listener) {
            this.listener = listener;
        }

        void on(HeadShard.Event event) {
            switch (event) {
                case HeadShard.Left gone -> left.complete(gone);
                case HeadShard.Retired retired -> end(retired.reason());
                case HeadShard.Loading _, HeadShard.Serving _, HeadShard.StandingBy _, HeadShard.LostEpoch _ -> {}
            }
            listener.accept(event);
        }

        void expectEnd() {
            expected = true;
        }

        void end(String reason) {
            if (!expected) {
                ended.complete(new Ended(reason));
            }
        }

        CompletableFuture<Ended> ended() {
            return ended;
        }

        CompletableFuture<HeadShard.Left> left() {
            return left;
        }
    }
}
