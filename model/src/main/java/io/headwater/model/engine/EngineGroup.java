/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.Rebasing;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.ShardPlan;
import io.headwater.model.shard.UnitRange;
import io.headwater.model.snapshot.SnapshotException;
import io.headwater.model.snapshot.SnapshotOrigin;
import io.headwater.model.snapshot.SnapshotSource;
import io.headwater.tensors.memory.NodeMemory;
import io.headwater.tensors.memory.Refusal;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The engines of a plan in this process, all of them or one, and the decode loop's view of them: sequences, steps, logits.
 *
 * <p>All methods belong to one thread, the decode loop's: it is worker 0 of the first shard. After an {@link EngineException} from
 * {@link #run} the sequences of the step are of no use any more, unless it is a {@link NoKvMemoryException}; after one that says so, neither is
 * the group.
 */
public final class EngineGroup implements StepEngine, AutoCloseable {
    private final LlamaConfig config;
    private final ShardPlan plan;
    private final List<ShardEngine> engines;
    private final NodeMemory memory;
    private final WorkerThreads threads;
    private final StepBatch batch;
    private final StepFault fault;
    private final int contextLength;
    private final String kernels;
    private long sequences;
    private final StepCheck check;
    private final GroupSnapshots snapshots;
    private long steps;
    private long rows;
    private long stepNanos;

    EngineGroup(GroupParts parts) {
        this.config = parts.config();
        this.plan = parts.plan();
        this.engines = parts.engines();
        this.memory = parts.memory();
        this.threads = parts.threads();
        this.batch = parts.batch();
        this.fault = parts.fault();
        this.contextLength = parts.contextLength();
        this.check = new StepCheck(batch, config, contextLength);
        this.kernels = parts.kernels();
        this.snapshots = new GroupSnapshots(engines.getFirst().firstKvHead(), config.nKvHeads(), contextLength, memory);
    }

    /**
     * Deals the model out, packs the weights and starts the workers of all shards in this process.
     *
     * @throws EngineException if the model cannot be dealt out as asked, a weight is damaged or memory is short
     */
    public static EngineGroup start(LlamaModel model, EngineOptions options, LoadListener progress)
            throws EngineException {
        return GroupStarter.start(model, options, progress);
    }

    /**
     * Packs one shard's weights and starts its workers; the plan's other shards are wherever the exchange leads to. Every shard runs the same
     * steps in the same order; logits are whole at shard 0 only.
     *
     * @param options of every shard alike, but for {@code threadsPerNode} and {@code capacities}, which here say only how many shards share this
     *     host and its cores
     * @param exchange the shard's end, told each step's number: they count from 1 and leave out warming up
     * @throws EngineException if a weight is damaged or memory is short
     */
    public static EngineGroup startShard(
            LlamaModel model,
            EngineOptions options,
            ShardPlan plan,
            int shard,
            Exchange exchange,
            LoadListener progress)
            throws EngineException {
        return GroupStarter.startShard(model, options, plan, shard, exchange, progress);
    }

    /** Who owns what. */
    public ShardPlan plan() {
        return plan;
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public int vocabSize() {
        return config.vocabSize();
    }

    @Override
    public int maxRows() {
        return batch.maxRows();
    }

    @Override
    public int maxLogitsRows() {
        return batch.maxLogitsRows();
    }

    /** An empty sequence with a number of its own; closing it frees its cache. */
    public Sequence open() {
        return open(++sequences);
    }

    @Override
    public String unfit(KvOptions options) {
        return options.policy().unfit(config.nLayers(), config.nKvHeads());
    }

    @Override
    public Sequence open(long id, KvOptions options) {
        if (!unfit(options).isEmpty()) {
            throw new IllegalArgumentException(unfit(options));
        }
        String name = "session-" + id;
        List<SequenceCache> caches = new ArrayList<>();
        List<Closing.Resource> opened = new ArrayList<>();
        try {
            for (ShardEngine engine : engines) {
                SequenceCache cache = engine.open(name, options);
                opened.add(cache::close);
                caches.add(cache);
            }
            return new Sequence(id, options, Rebasing.of(options, contextLength), caches, share());
        } catch (RuntimeException | Error e) {
            Closing.after(e, opened);
            throw e;
        }
    }

    /**
     * A sequence that has read all that another has, and whose cache is kept in another way from here on: after its next step that ends at a change
     * point it has the bits of one that was opened with these options. The other must not have given up any entry, neither may read by stages, and the other
     * must keep what the options' policy needs to know of them. Only where all shards are in this process.
     *
     * @throws NoKvMemoryException if there is no room for the copy
     */
    public Sequence fork(Sequence from, long id, KvOptions options) throws NoKvMemoryException {
        Sequence fork = open(id, options);
        try {
            if (from.repeated() > 0) {
                throw new IllegalArgumentException("a sequence in the middle of a reconstruction cannot be forked");
            }
            if (from.options().policy().stages().isPresent()
                    || options.policy().stages().isPresent()) {
                throw new IllegalArgumentException(
                        "a sequence that reads prompts by stages cannot be forked, nor can a"
                                + " fork begin to: which entries a layer has depends on where prompts begin; open one of its own");
            }
            if (from.rotaryPosition() != fork.rebasing().position(from.position())) {
                throw new IllegalArgumentException("a sequence that has come to its context's end cannot be forked");
            }
            int refusal = fork.beginAt(from);
            if (refusal < 0) {
                throw new NoKvMemoryException(
                        0, "no KV memory to fork " + from.position() + " tokens: " + Refusal.describe(refusal));
            }
            return fork;
        } catch (NoKvMemoryException | RuntimeException | Error e) {
            Closing.after(e, List.of(fork::close));
            throw e;
        }
    }

    /**
     * Writes what the shards of this process have of a sequence as one segment of a snapshot, between two steps.
     *
     * @param out is left open behind the segment
     * @throws IOException if the channel takes no more; the sequence is as it was
     * @throws NoKvMemoryException if there is no memory for a piece of it; nor has it changed then
     */
    public void snapshot(Sequence sequence, SnapshotOrigin origin, WritableByteChannel out)
            throws IOException, NoKvMemoryException {
        if (sequence.staging()) {
            throw new IllegalArgumentException("sequence " + sequence.id()
                    + " is in the middle of a prompt that it reads by stages: nobody could go on from its snapshot");
        }
        snapshots.write(sequence, origin, out);
    }

    /** As the other, of a session whose budget has not changed. */
    public Sequence restore(long id, KvOptions options, String model, List<SnapshotSource> sources)
            throws SnapshotException, NoKvMemoryException {
        return restore(id, options, options.budget(), model, sources);
    }

    /**
     * A sequence that goes on, bit by bit, as the one of a snapshot, of which it takes the heads of this process' shards; the plan may be another one.
     *
     * @param id and {@code options} of the sequence, whose budget is the most that it may have
     * @param budget that is in force; with it the options must be those of the snapshot
     * @param model fingerprint of this model, as the snapshot's origin has it
     * @param sources of all segments, or of those that have the heads here; the caller closes them
     * @throws SnapshotException if they are damaged or do not fit; nothing is left of the attempt
     * @throws NoKvMemoryException if there is no room; nor is there then
     */
    public Sequence restore(long id, KvOptions options, int budget, String model, List<SnapshotSource> sources)
            throws SnapshotException, NoKvMemoryException {
        Sequence restored = open(id, options);
        try {
            restored.budget(options.withBudget(budget));
            snapshots.fill(restored, model, sources);
            return restored;
        } catch (SnapshotException | NoKvMemoryException | RuntimeException | Error e) {
            Closing.after(e, List.of(restored::close));
            throw e;
        }
    }

    /** The KV heads of this process' shards, of the model's {@link #nKvHeads}. */
    public UnitRange kvHeads() {
        int here = 0;
        for (ShardEngine engine : engines) {
            here += engine.kvHeads();
        }
        int first = engines.getFirst().firstKvHead();
        return new UnitRange(first, first + here);
    }

    public int nKvHeads() {
        return config.nKvHeads();
    }

    /** Of the plan's KV heads, those of this process. */
    private double share() {
        return (double) kvHeads().count() / config.nKvHeads();
    }

    @Override
    public List<KvRoom> kvRooms() {
        return List.of(new FullestShard(engines));
    }

    @Override
    public void close(Sequence sequence) {
        sequence.close();
    }

    @Override
    public StepBatch nextStep() {
        batch.clear();
        return batch;
    }

    /** What must hold of a step, for {@link SequenceFeed}. */
    StepCheck check() {
        return check;
    }

    /**
     * Checks a step and takes the memory that it needs, as {@link #run} does first: a step that is refused here has harmed no sequence,
     * so whoever tells other engines of a step asks before.
     *
     * @throws NoKvMemoryException if a run has no room
     */
    public void prepare(StepBatch step) throws EngineException {
        check.prepare(step);
    }

    /**
     * Frees the memory that {@link #prepare} took for a step that is not run after all, since it has no room elsewhere. One that is refused here has done so
     * itself: a head with blocks that it does not need would have them while another, of a shorter step, found none.
     */
    public void giveBack(StepBatch step) {
        StepCheck.giveBack(step);
    }

    @Override
    public void run(StepBatch step) throws EngineException {
        prepare(step);
        long start = System.nanoTime();
        runPrepared();
        stepNanos += System.nanoTime() - start;
        steps++;
        rows += step.rows();
        if (fault.any()) {
            tellFaults();
        }
        advance();
    }

    private void tellFaults() {
        for (int run = 0; run < batch.runs(); run++) {
            @Nullable String failure = fault.of(run);
            if (failure != null) {
                batch.fail(run, failure);
            }
        }
        fault.clear();
    }

    private void runPrepared() throws EngineException {
        try {
            threads.runStep();
        } catch (EngineException e) {
            for (int run = 0; threads.hung() && run < batch.runs(); run++) {
                batch.sequence(run).abandon();
            }
            throw e;
        }
    }

    private void advance() {
        for (int run = 0; run < batch.runs(); run++) {
            if (batch.failure(run) != null) {
                continue; // its heads have not been touched
            }
            if (batch.repeats(run)) {
                batch.sequence(run).repeat(batch.rowsOf(run), batch.rewindsAfter(run));
            } else if (batch.changesAfter(run)) {
                batch.sequence(run).budget(batch.inForce(run));
                batch.sequence(run)
                        .changed(batch.tokensAfter(run) - batch.sequence(run).position());
            } else if (batch.staged()) {
                batch.sequence(run).staged(batch.rowsOf(run), batch.endsStage());
            } else {
                batch.sequence(run).advance(batch.rowsOf(run));
            }
        }
    }

    /**
     * Has somebody look into the layers of every step from now on.
     *
     * @throws IllegalStateException if not all heads of the model are one shard's here
     */
    public void probe(LayerProbe probe) {
        if (plan.shards().size() != 1) {
            throw new IllegalStateException(
                    "a probe sees one shard, the plan has " + plan.shards().size());
        }
        engines.getFirst().probe(probe);
    }

    /** Which kernels do the arithmetic. */
    String kernels() {
        return kernels;
    }

    /** Runs the step without the other shards and whatever comes of it: for {@link WarmUp}. */
    void rehearse(StepBatch step) throws EngineException {
        prepare(step);
        runPrepared();
        fault.clear();
        advance();
    }

    /** Whether the shards go on without each other. */
    private void alone(boolean alone) {
        for (ShardEngine engine : engines) {
            engine.team().alone(alone);
        }
    }

    /**
     * Runs steps of all shapes, without the other shards, until they get no faster, since their code is compiled then, or for {@code limit}:
     * the first real step must not wait for the compiler. Leaves nothing behind but an empty batch; no sequence need be open.
     */
    public void warmUp(Duration limit) throws EngineException {
        alone(true);
        try {
            new WarmUp(this).run(limit);
        } finally {
            alone(false);
            batch.clear();
        }
    }

    @Override
    public float[] logits() {
        return engines.getFirst().buffers().logits;
    }

    @Override
    public EngineStatistics statistics() {
        return new EngineStatistics(
                steps,
                rows,
                stepNanos,
                engines.getFirst().team().exchangeNanos(),
                engines.getFirst().compressionNanos(),
                engines.getFirst().columnSumNanos(),
                engines.stream().mapToLong(engine -> engine.team().sentBytes()).sum(),
                engines.stream().mapToLong(ShardEngine::weightBytes).sum(),
                kernels);
    }

    /** Whether a worker did not leave a step that has failed: memory is never freed then, restart the process. Any thread. */
    public boolean hung() {
        return threads.hung();
    }

    /** Whether the workers have stopped, after a failure or because of {@link #close}: no step can be run any more. Any thread. */
    public boolean stopped() {
        return threads.stopped();
    }

    /** Memory of all caches, in whole slabs: what the engines hold besides weights. Any thread. */
    public long kvBytes() {
        return memory.allocatedBytes()
                - engines.stream().mapToLong(ShardEngine::weightMemoryBytes).sum();
    }

    /** Stops the workers and frees all memory. Sequences must be closed before; a close that fails over one can be repeated. Frees nothing if a worker hangs. */
    @Override
    public void close() {
        threads.close();
        if (threads.hung()) {
            return; // unmapped memory under a worker would end the process
        }
        Closing.reversed(
                engines.stream().<Closing.Resource>map(engine -> engine::close).toList());
        memory.close(); // not if an engine still holds some: its account must stay open for the next try
    }
}
