/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.HeadCompressor;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
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
    /**
     * A phase of 128 rows takes some 0.3 s even for 7B parameters; a worker that is late by this much hangs. Far more than an exchange
     * over a network waits for a peer (10 s), so that its verdict comes first.
     */
    private static final long PHASE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** After a failure all leave the step at the next barrier, so within a phase. */
    private static final long LEAVE_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** About 50 µs: longer than workers usually differ, shorter than a time slice. */
    private static final int SPINS = 2_000;

    private final LlamaModel model;
    private final LlamaConfig config;
    private final EngineOptions options;
    private final LoadProgress progress;
    private final RopeTable rope;
    private final int spins;
    private final NodeMemory memory = new NodeMemory(Long.MAX_VALUE);

    private final List<Closing.Resource> opened;

    private GroupStarter(
            LlamaModel model, EngineOptions options, LoadListener progress, List<Closing.Resource> opened) {
        this.opened = opened;
        opened.add(memory::close);
        this.model = model;
        this.config = model.config();
        this.options = options;
        this.progress = new LoadProgress(model, progress);
        int threads = options.threadsPerNode() * options.nodes();
        this.spins = threads <= Runtime.getRuntime().availableProcessors() ? SPINS : 0;
        this.rope = new RopeTable(config.rope(), Math.min(options.contextLength(), config.contextLength()));
    }

    /** All shards of a plan of its own. */
    static EngineGroup start(LlamaModel model, EngineOptions options, LoadListener progress) throws EngineException {
        return closingOnFailure(model, options, progress, GroupStarter::startAll);
    }

    /** One shard of a plan. */
    static EngineGroup startShard(
            LlamaModel model,
            EngineOptions options,
            ShardPlan plan,
            int shard,
            Exchange exchange,
            LoadListener progress)
            throws EngineException {
        return closingOnFailure(
                model, options, progress, starter -> starter.start(plan, shard, shard + 1, (_, _) -> exchange));
    }

    /** Whatever fails on the way: all that was opened is closed, and the failure is a sentence. */
    private static EngineGroup closingOnFailure(
            LlamaModel model, EngineOptions options, LoadListener progress, Start start) throws EngineException {
        List<Closing.Resource> opened = new ArrayList<>();
        try {
            return start.group(new GroupStarter(model, options, progress, opened));
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

    private EngineGroup startAll() throws EngineException {
        MemoryExchange exchange = new MemoryExchange(options.nodes(), spins, PHASE_TIMEOUT_NANOS);
        ShardPlan plan;
        try {
            plan = ShardPlan.deal(1, Units.of(config), options.capacities());
        } catch (UnitException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
        return start(plan, 0, plan.shards().size(), exchange::end);
    }

    /** Shards [from, to) of a plan. */
    private EngineGroup start(ShardPlan plan, int from, int to, Ends ends) throws EngineException {
        if (options.contextLength() > config.contextLength()) {
            throw new EngineException("context " + options.contextLength() + " exceeds the " + config.contextLength()
                    + " that the model was trained for: lower --context");
        }
        Kernels kernels = options.kernels().resolve(KernelWidth.preferredBits());
        Units units = units();
        int rows = PhaseLimit.rows(config, units, plan, options.contextLength(), options.chunkRows());
        StepBatch batch = new StepBatch(rows, PhaseLimit.logitsRows(config, units, plan, rows, options.logitsRows()));
        StepFault fault = new StepFault(batch);
        List<ShardEngine> engines = new ArrayList<>();
        for (int shard = from; shard < to; shard++) {
            engines.add(engine(plan, shard, shard - from, kernels, fault, batch, ends));
        }
        progress.finish();
        WorkerThreads threads = new WorkerThreads(
                engines, from, options.threadsPerNode(), spins, PHASE_TIMEOUT_NANOS, LEAVE_TIMEOUT_NANOS);
        opened.add(threads::close);
        threads.start();
        return new EngineGroup(new GroupParts(
                config,
                plan,
                List.copyOf(engines),
                memory,
                threads,
                batch,
                fault,
                options.contextLength(),
                kernels.name()));
    }

    private ShardEngine engine(
            ShardPlan plan, int shard, int index, Kernels kernels, StepFault fault, StepBatch batch, Ends ends)
            throws EngineException {
        int workers = options.threadsPerNode();
        ShardGeometry geometry =
                new ShardGeometry(config, units(), plan.shards().get(shard));
        WeightMemory weightMemory = memory.openWeights("engine-" + shard + "-weights", Long.MAX_VALUE);
        opened.add(weightMemory::close);
        ShardWeights weights = new WeightLoader(model, geometry, weightMemory, progress).load(workers);
        KvLayout layout = new KvLayout(config.headDim(), options.kvType());
        StepBuffers buffers = new StepBuffers(geometry, batch.maxRows(), batch.maxLogitsRows(), workers);
        ShardTeam team = new ShardTeam(
                index,
                plan.shards().size(),
                workers,
                new PhaseBarrier("workers of shard " + shard, workers, spins, PHASE_TIMEOUT_NANOS),
                ends.end(shard, batch.maxRows() * config.dim()));
        AttentionPhase attention = new AttentionPhase(
                geometry, buffers, kernels.attention(), layout, options.contextLength(), batch, index);
        ColumnSumPhase columnSums =
                new ColumnSumPhase(geometry, workers, buffers, kernels.scores(), attention, batch, index);
        ChangePhase changes = new ChangePhase(geometry, workers, options.contextLength(), rope, batch, fault, index);
        ShardParts parts = new ShardParts(
                geometry,
                weights,
                new Embedding(model),
                rope,
                kernels,
                buffers,
                attention,
                columnSums,
                new PeakPhase(geometry, workers, buffers, kernels.scores(), batch, index),
                new StagePhase(geometry, buffers, team, batch, fault, kernels, layout),
                changes,
                compressors(kernels, layout),
                team,
                batch,
                fault);
        BlockArena arena = memory.openArena(ArenaOptions.of("engine-" + shard, options.kvLimitBytes()));
        opened.add(arena::close);
        return new ShardEngine(parts, layout, options.contextLength(), arena, weightMemory);
    }

    private CompressorMaker compressors(Kernels kernels, KvLayout layout) {
        return (policy, capacity) -> new HeadCompressor(policy, layout, config.groupSize(), capacity, kernels, rope);
    }

    private Units units() throws EngineException {
        try {
            return Units.of(config);
        } catch (UnitException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Starts one group. */
    private interface Start {
        EngineGroup group(GroupStarter starter) throws EngineException;
    }

    /** Makes the shards' ends of the exchange; {@code capacity} is the longest array that a shard reduces. */
    private interface Ends {
        Exchange end(int shard, int capacity);
    }
}
