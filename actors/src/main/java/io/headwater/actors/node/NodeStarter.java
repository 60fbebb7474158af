/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import io.headwater.actors.decode.Decoder;
import io.headwater.actors.decode.GatewayView;
import io.headwater.actors.node.ClusterNode.NodeEvents;
import io.headwater.actors.node.NodeGuardian.Refs;
import io.headwater.actors.node.NodeGuardian.ShardMaker;
import io.headwater.actors.plan.DecoderMessage;
import io.headwater.actors.plan.EngineSettings;
import io.headwater.actors.plan.NodeProfile;
import io.headwater.actors.plan.PlannerOptions;
import io.headwater.actors.plan.ShardPlanner;
import io.headwater.actors.shard.HeadShard;
import io.headwater.actors.shard.NodeEngine;
import io.headwater.cluster.media.Media;
import io.headwater.cluster.membership.Downing;
import io.headwater.cluster.membership.Membership;
import io.headwater.cluster.membership.MembershipException;
import io.headwater.cluster.membership.MembershipOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/** Puts a {@link ClusterNode} together. */
final class NodeStarter {
    private final NodeOptions options;
    private final NodeParts parts;
    private final GatewayView view = new GatewayView();
    /** Half of what a node may have is for the KV cache, the other half for weights. */
    private final long freeShare;

    private final long kvLimitBytes;
    private final double capacity;

    /** Measures, for a while, what the host has: before there are actors whose heartbeats would wait for it. */
    private NodeStarter(NodeOptions options, NodeParts parts) {
        this.options = options;
        this.parts = parts;
        this.freeShare = HostMemory.availableBytes() / 2 / options.nodesOnHost();
        this.kvLimitBytes = options.kvLimitBytes().orElse(Math.max(1, freeShare));
        this.capacity = options.has(NodeRole.SHARD)
                ? options.capacity()
                        .orElseGet(() -> HostSpeed.capacity(options.engine().threadsPerNode()))
                : 1;
    }

    static ClusterNode start(NodeOptions options, Consumer<HeadShard.Event> shard, Duration timeout)
            throws NodeException {
        NodeParts parts = NodeParts.open(options);
        NodeShutdown shutdown = new NodeShutdown(parts);
        boolean started = false;
        try {
            ClusterNode node = new NodeStarter(options, parts).start(new NodeEvents(shard), shutdown, timeout);
            started = true;
            return node;
        } catch (MembershipException e) {
            throw new NodeException(String.valueOf(e.getMessage()), e);
        } finally {
            if (!started) {
                shutdown.run();
            }
        }
    }

    private ClusterNode start(NodeEvents events, NodeShutdown shutdown, Duration timeout)
            throws MembershipException, NodeException {
        CompletableFuture<Refs> ready = new CompletableFuture<>();
        @Nullable RuntimeLoader loader = parts.media().map(this::loader).orElse(null);
        if (loader != null) {
            shutdown.add(loader);
        }
        NodeGuardian.Parts actors = new NodeGuardian.Parts(
                ShardPlanner.create(planner()),
                loader == null ? null : shard(loader),
                options.has(NodeRole.GATEWAY),
                view,
                contextLength(),
                events::on,
                ready);
        ActorSystem<NodeGuardian.Command> system = Membership.start(membership(), NodeGuardian.create(actors));
        shutdown.add(system);
        return new ClusterNode(parts, shutdown, view, system, refs(ready, timeout), events);
    }

    private static Refs refs(CompletableFuture<Refs> ready, Duration timeout) throws NodeException {
        try {
            return ready.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new NodeException("the node's actors did not start within " + timeout.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted while the node started", e);
        }
    }

    private MembershipOptions membership() {
        MembershipOptions all = MembershipOptions.founder(
                        options.bind().host(),
                        options.downing(),
                        options.roles().stream().map(NodeRole::text).collect(Collectors.toSet()))
                .withBind(options.bind())
                .withExitWhenDown(false);
        return options.join().map(all::joining).orElse(all);
    }

    private PlannerOptions planner() {
        return new PlannerOptions(
                parts.facts(),
                new EngineSettings(
                        contextLength(),
                        options.engine().kvType(),
                        options.engine().chunkRows(),
                        options.crossoverRows()),
                options.version(),
                options.expectedNodes(),
                options.downing() == Downing.KEEP_OLDEST,
                PlannerOptions.Deadlines.DEFAULT);
    }

    private int contextLength() {
        return options.engine().contextLength();
    }

    private RuntimeLoader loader(Media media) {
        return new RuntimeLoader(
                options, kvLimitBytes, parts.model(), parts.facts().fingerprint(), media);
    }

    private ShardMaker shard(RuntimeLoader loader) {
        return (system, planner, owner) -> HeadShard.create(new HeadShard.Setup(
                profile(system), planner, loader, this::lead, owner, HeadShard.Setup.CLOSE, HeadShard.Setup.LEAVE));
    }

    private NodeProfile profile(ActorSystem<?> system) {
        return new NodeProfile(
                Membership.address(system).toString(),
                options.bind().host(),
                ProcessHandle.current().pid(),
                List.copyOf(
                        options.roles().stream().map(NodeRole::text).sorted().toList()),
                capacity,
                options.engine().threadsPerNode(),
                kvLimitBytes,
                freeShare,
                parts.facts().fingerprint(),
                parts.media().orElseThrow().address().toString(),
                options.version());
    }

    private ActorRef<DecoderMessage> lead(ActorContext<?> headShard, NodeEngine engine) {
        RuntimeEngine leads = (RuntimeEngine) engine; // the loader beside makes no others
        return headShard.spawn(
                Decoder.create(engine.epoch(), leads.lead(parts.tokenizer(), options.batching())),
                "decoder-" + engine.epoch());
    }
}
