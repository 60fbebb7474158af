/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.Shard;
import io.headwater.model.shard.ShardPlan;
import io.headwater.model.shard.UnitException;
import io.headwater.model.shard.Units;
import io.headwater.tensors.kernels.KernelWidth;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.memory.ArenaOptions;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.MemoryLimitException;
import io.headwater.tensors.memory.NodeMemory;
import io.headwater.tensors.memory.WeightMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Builds an {@link EngineGroup}. */
final class GroupStarter {
    /** A phase of 128 rows takes some 0.3 s even for 7B parameters; a worker that is late by this much hangs. */
    private static final long PHASE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** After a failure all leave the step at the next barrier, so within a phase. */
    private static final long LEAVE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** About 50 µs: longer than workers usually differ, shorter than a time slice. */
    private static final int SPINS = 2_000;

    private final LlamaModel model;
    private final LlamaConfig config;
    private final EngineOptions options;
    private final LoadProgress progress;
    private final StepFault fault = new StepFault();
    private final Step step = new Step(new Sequence(List.of()));
    private final RopeTable rope;

    private final List<Closing.Resource> opened;

    private GroupStarter(
            LlamaModel model, EngineOptions options, LoadListener progress, List<Closing.Resource> opened) {
        this.opened = opened;
        this.model = model;
        this.config = model.config();
        this.options = options;
        this.progress = new LoadProgress(model, progress);
        this.rope = new RopeTable(config.rope(), Math.min(options.contextLength(), config.contextLength()));
    }

    /** Whatever fails on the way: all that was opened is closed, and the failure is a sentence. */
    static EngineGroup start(LlamaModel model, EngineOptions options, LoadListener progress) throws EngineException {
        List<Closing.Resource> opened = new ArrayList<>();
        try {
            return new GroupStarter(model, options, progress, opened).start();
        } catch (EngineException | RuntimeException | Error e) {
            EngineException failure = failure(e);
            Closing.after(failure, opened);
            throw failure;
        }
    }

    static EngineException failure(Throwable e) {
        return switch (e) {
            case EngineException known -> known;
            case MemoryLimitException full -> new EngineException(String.valueOf(full.getMessage()), full);
            case OutOfMemoryError full ->
                new EngineException(
                        "not enough Java heap for the engines (" + full.getMessage() + ", -Xmx is "
                                + (Runtime.getRuntime().maxMemory() >> 20) + " MiB): lower --context or --chunk",
                        full);
            case ArithmeticException overflow ->
                new EngineException(
                        "a buffer of the engines would be longer than an array can be: lower --context or --chunk",
                        overflow);
            default -> new EngineException("the engines could not be started: " + e, e);
        };
    }

    private EngineGroup start() throws EngineException {
        if (options.contextLength() > config.contextLength()) {
            throw new EngineException("context " + options.contextLength() + " exceeds the " + config.contextLength()
                    + " that the model was trained for: lower --context");
        }
        Units units;
        ShardPlan plan;
        try {
            units = Units.of(config);
            plan = ShardPlan.deal(1, units, options.capacities());
        } catch (UnitException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
        Kernels kernels = options.kernels().resolve(KernelWidth.preferredBits());
        int workers = options.threadsPerNode();
        int spins = workers * options.nodes() <= Runtime.getRuntime().availableProcessors() ? SPINS : 0;
        MemoryExchange exchange = new MemoryExchange(options.nodes(), spins, PHASE_TIMEOUT_NANOS);
        NodeMemory memory = new NodeMemory(Long.MAX_VALUE);
        List<ShardEngine> engines = new ArrayList<>();
        opened.add(memory::close);
        for (Shard shard : plan.shards()) {
            ShardGeometry geometry = new ShardGeometry(config, units, shard);
            engines.add(engine(geometry, engines.size(), kernels, exchange, spins, memory));
        }
        progress.finish();
        WorkerThreads threads = new WorkerThreads(engines, workers, spins, PHASE_TIMEOUT_NANOS, LEAVE_TIMEOUT_NANOS);
        opened.add(threads::close);
        threads.start();
        return new EngineGroup(new GroupParts(
                config,
                plan,
                List.copyOf(engines),
                memory,
                threads,
                step,
                fault,
                options.contextLength(),
                options.chunkRows(),
                kernels.name()));
    }

    private ShardEngine engine(
            ShardGeometry geometry, int shard, Kernels kernels, MemoryExchange exchange, int spins, NodeMemory memory)
            throws EngineException {
        int workers = options.threadsPerNode();
        WeightMemory weightMemory = memory.openWeights("engine-" + shard + "-weights", Long.MAX_VALUE);
        opened.add(weightMemory::close);
        ShardWeights weights = new WeightLoader(model, geometry, weightMemory, progress).load(workers);
        return engine(geometry, shard, kernels, exchange, spins, memory, weightMemory, weights);
    }

    private ShardEngine engine(
            ShardGeometry geometry,
            int shard,
            Kernels kernels,
            MemoryExchange exchange,
            int spins,
            NodeMemory memory,
            WeightMemory weightMemory,
            ShardWeights weights) {
        int workers = options.threadsPerNode();
        KvLayout layout = new KvLayout(config.headDim(), options.kvType());
        StepBuffers buffers = new StepBuffers(geometry, options.chunkRows(), workers);
        ShardTeam team = new ShardTeam(
                shard,
                options.nodes(),
                workers,
                new PhaseBarrier("workers of shard " + shard, workers, spins, PHASE_TIMEOUT_NANOS),
                exchange.end(shard, options.chunkRows() * config.dim()));
        AttentionPhase attention = new AttentionPhase(
                geometry, buffers, kernels.attention(), layout, options.contextLength(), step, shard);
        ShardParts parts = new ShardParts(
                geometry, weights, new Embedding(model), rope, kernels, buffers, attention, team, step, fault);
        BlockArena arena = memory.openArena(ArenaOptions.of("engine-" + shard, options.kvLimitBytes()));
        opened.add(arena::close);
        return new ShardEngine(parts, layout, options.contextLength(), arena, weightMemory);
    }
}
