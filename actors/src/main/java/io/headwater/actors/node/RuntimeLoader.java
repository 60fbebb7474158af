/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import io.headwater.actors.plan.PlanAssignment;
import io.headwater.actors.plan.PlanNode;
import io.headwater.actors.shard.EngineFault;
import io.headwater.actors.shard.EngineLoader;
import io.headwater.actors.shard.LoadException;
import io.headwater.actors.shard.NodeEngine;
import io.headwater.cluster.exchange.WaitPolicy;
import io.headwater.cluster.media.DataAddress;
import io.headwater.cluster.media.Media;
import io.headwater.cluster.runtime.RuntimeFault;
import io.headwater.cluster.runtime.RuntimeLimits;
import io.headwater.cluster.runtime.RuntimeOptions;
import io.headwater.cluster.runtime.ShardRuntime;
import io.headwater.cluster.runtime.ShelfOptions;
import io.headwater.cluster.runtime.StartException;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.llama.LlamaModel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Makes this node's engines of the runtime, each on a thread of its own: a start that waits for a peer does not hold up the next. */
final class RuntimeLoader implements EngineLoader, AutoCloseable {
    /** Peers may load for long: the planner watches that they get on, and gives the load up if one does not. */
    private static final Duration CONNECT = Duration.ofMinutes(10);

    private final NodeOptions options;
    private final long kvLimitBytes;
    private final LlamaModel model;
    private final String fingerprint;
    private final Media media;
    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("engine-loader-", 0).factory());
    private final MemoryWatch memory = new MemoryWatch(threads);
    /** By epoch, those whose memory may still be in use. */
    private final Map<Long, ShardRuntime> open = new ConcurrentHashMap<>();

    private boolean closed;

    /** {@code fingerprint} of the model's file. */
    RuntimeLoader(NodeOptions options, long kvLimitBytes, LlamaModel model, String fingerprint, Media media) {
        this.options = options;
        this.kvLimitBytes = kvLimitBytes;
        this.model = model;
        this.fingerprint = fingerprint;
        this.media = media;
    }

    @Override
    public CompletionStage<NodeEngine> load(PlanAssignment assignment, LoadListener progress, FaultListener fault) {
        try {
            return begin(new ShardRuntime(
                    runtime(assignment), media, progress, (epoch, cause) -> fault.lost(fault(epoch, cause))));
        } catch (RuntimeException e) {
            String problem = "epoch " + assignment.epoch() + ": this node cannot run its part of the plan: ";
            return CompletableFuture.failedFuture(new LoadException(problem + e.getMessage(), true, e));
        }
    }

    /** Together with {@link #close}: nothing is started that it would not see. */
    private synchronized CompletionStage<NodeEngine> begin(ShardRuntime runtime) {
        if (closed) {
            throw new IllegalStateException("it is being closed");
        }
        open.put(runtime.epoch(), runtime);
        return CompletableFuture.supplyAsync(() -> start(runtime), threads);
    }

    @Override
    public void cancel(long epoch) {
        @Nullable ShardRuntime runtime = open.get(epoch);
        if (runtime != null) {
            runtime.cancel(); // does nothing to one that has started
        }
    }

    private NodeEngine start(ShardRuntime runtime) {
        try {
            runtime.start();
            return new RuntimeEngine(runtime, memory, () -> closing(runtime));
        } catch (StartException e) {
            boolean lasting = switch (e.reason()) {
                case LOAD -> true;
                case CONNECT, CANCELLED -> false;
            };
            throw closed(runtime, new LoadException(String.valueOf(e.getMessage()), lasting, e));
        } catch (RuntimeException
                | Error e) { // a bug, or no memory for the heap: what was taken is given back all the same
            throw closed(runtime, new LoadException(e.toString(), true, e));
        }
    }

    /** Why the start failed is the answer, whatever closing comes to. */
    private CompletionException closed(ShardRuntime runtime, LoadException failure) {
        try {
            close(runtime);
        } catch (RuntimeException e) {
            failure.notFreed(e);
        }
        return new CompletionException(failure);
    }

    private CompletableFuture<Void> closing(ShardRuntime runtime) {
        try {
            return CompletableFuture.runAsync(() -> close(runtime), threads);
        } catch (RejectedExecutionException e) { // this loader is closed, and the runtime with it
            return CompletableFuture.failedFuture(e);
        }
    }

    private void close(ShardRuntime runtime) {
        runtime.close();
        open.remove(runtime.epoch(), runtime);
    }

    /**
     * Closes what is still open, each even if another does not end: afterwards nothing uses the model or the media, and nothing more is
     * loaded. Seconds at most.
     *
     * @throws IllegalStateException if an engine hangs, which may still use them
     */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        @Nullable IllegalStateException hangs = null;
        for (ShardRuntime runtime : List.copyOf(open.values())) {
            try {
                close(runtime);
            } catch (RuntimeException e) {
                if (hangs == null) {
                    hangs = new IllegalStateException("engines of this node hang", e);
                } else {
                    hangs.addSuppressed(e);
                }
            }
        }
        threads.shutdown();
        if (hangs != null) {
            throw hangs;
        }
    }

    private RuntimeOptions runtime(PlanAssignment assignment) {
        EngineOptions asked = options.engine();
        EngineOptions engine = new EngineOptions(
                List.of(1.0),
                asked.threadsPerNode(),
                assignment.settings().contextLength(),
                assignment.settings().kvType(),
                asked.kernels(),
                assignment.settings().chunkRows(),
                EngineOptions.DEFAULT_LOGITS_ROWS,
                kvLimitBytes);
        WaitPolicy wait = WaitPolicy.of(
                Runtime.getRuntime().availableProcessors(), asked.threadsPerNode() * options.nodesOnHost());
        return new RuntimeOptions(
                model,
                engine,
                assignment.plan(),
                assignment.shard(),
                assignment.nodes().stream()
                        .map(PlanNode::profile)
                        .map(profile -> DataAddress.parse(profile.dataAddress()))
                        .toList(),
                RuntimeLimits.of(wait)
                        .withCrossoverRows(assignment.settings().crossoverRows())
                        .withConnectTimeout(CONNECT)
                        .withWarmUpLimit(options.warmUpLimit()),
                options.caches().map(folder -> new ShelfOptions(folder.path(), folder.mostBytes(), fingerprint)));
    }

    private static EngineFault fault(long epoch, RuntimeFault cause) {
        return switch (cause) {
            case RuntimeFault.PeerLost lost ->
                new EngineFault(
                        epoch,
                        switch (lost.cause()) {
                            case DEAD -> EngineFault.Kind.PEER_DEAD;
                            case LEFT -> EngineFault.Kind.PEER_LEFT;
                            case HUNG -> EngineFault.Kind.PEER_HUNG;
                        },
                        lost.sentence(),
                        lost.cause() == RuntimeFault.Cause.LEFT ? List.of() : List.of(lost.suspect()));
            case RuntimeFault.EngineBroken broken ->
                new EngineFault(epoch, EngineFault.Kind.ENGINE_FAILED, broken.sentence(), List.of());
            case RuntimeFault.SelfStopped stopped ->
                new EngineFault(epoch, EngineFault.Kind.SELF_STOPPED, stopped.sentence(), List.of());
        };
    }
}
