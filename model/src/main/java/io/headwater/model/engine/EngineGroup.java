/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.SequenceCache;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.ShardPlan;
import io.headwater.tensors.memory.NodeMemory;
import io.headwater.tensors.memory.Refusal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One engine per node of a plan, in this process, and the decode loop's view of them: sequences, steps, logits.
 *
 * <p>All methods belong to one thread, the decode loop's: it is worker 0 of the first shard. After an {@link EngineException} from
 * {@link #forward} the sequence is of no use any more; after one that says so, neither is the group.
 */
public final class EngineGroup implements AutoCloseable {
    private static final int EVERY_ROW_CHUNK = 32;

    private final LlamaConfig config;
    private final ShardPlan plan;
    private final List<ShardEngine> engines;
    private final NodeMemory memory;
    private final WorkerThreads threads;
    private final Step step;
    private final StepFault fault;
    private final int contextLength;
    private final int chunkRows;
    private final String kernels;
    private long sequences;
    private long steps;
    private long rows;
    private long stepNanos;

    EngineGroup(GroupParts parts) {
        this.config = parts.config();
        this.plan = parts.plan();
        this.engines = parts.engines();
        this.memory = parts.memory();
        this.threads = parts.threads();
        this.step = parts.step();
        this.fault = parts.fault();
        this.contextLength = parts.contextLength();
        this.chunkRows = parts.chunkRows();
        this.kernels = parts.kernels();
    }

    /**
     * Deals the model out, packs the weights and starts the workers.
     *
     * @throws EngineException if the model cannot be dealt out as asked, a weight is damaged or memory is short
     */
    public static EngineGroup start(LlamaModel model, EngineOptions options, LoadListener progress)
            throws EngineException {
        return GroupStarter.start(model, options, progress);
    }

    /** Who owns what. */
    public ShardPlan plan() {
        return plan;
    }

    /** Positions that a sequence may have. */
    public int contextLength() {
        return contextLength;
    }

    public int vocabSize() {
        return config.vocabSize();
    }

    /** An empty sequence; closing it frees its cache. */
    public Sequence open() {
        String name = "session-" + ++sequences;
        List<SequenceCache> caches = new ArrayList<>();
        List<Closing.Resource> opened = new ArrayList<>();
        try {
            for (ShardEngine engine : engines) {
                SequenceCache cache = engine.open(name);
                opened.add(cache::close);
                caches.add(cache);
            }
            return new Sequence(caches);
        } catch (RuntimeException | Error e) {
            Closing.after(e, opened);
            throw e;
        }
    }

    /** Appends tokens [from, to), at least one; afterwards {@link #logits} are those of the last. */
    public void forward(Sequence sequence, int[] tokens, int from, int to) throws EngineException {
        check(sequence, tokens, from, to);
        for (int at = from; at < to; ) {
            int end = Math.min(to, at + chunkRows);
            run(sequence, tokens, at, end, end == to ? Step.Logits.LAST_ROW : Step.Logits.NONE);
            at = end;
        }
    }

    /** As the other, and tells the logits of every row, the last one's included. */
    public void forward(Sequence sequence, int[] tokens, int from, int to, LogitsListener everyRow)
            throws EngineException {
        check(sequence, tokens, from, to);
        int chunk = Math.min(chunkRows, EVERY_ROW_CHUNK);
        StepBuffers buffers = engines.getFirst().buffers();
        for (int at = from; at < to; ) {
            int end = Math.min(to, at + chunk);
            run(sequence, tokens, at, end, Step.Logits.EVERY_ROW);
            for (int row = at; row < end; row++) {
                everyRow.row(row - from, buffers.everyRow, (row - at) * config.vocabSize());
            }
            at = end;
        }
        buffers.keepLastRow();
    }

    private void check(Sequence sequence, int[] tokens, int from, int to) throws EngineException {
        if (from >= to) {
            throw new EngineException("no tokens to decode: give at least one");
        }
        if ((long) sequence.position() + to - from > contextLength) {
            throw new EngineException("position " + sequence.position() + " + " + (to - from)
                    + " tokens exceed the context of " + contextLength + ": shorten the prompt or raise --context");
        }
        for (int i = from; i < to; i++) {
            if (tokens[i] < 0 || tokens[i] >= config.vocabSize()) {
                throw new EngineException(
                        "token " + tokens[i] + " is not in the vocabulary of " + config.vocabSize() + " entries");
            }
        }
    }

    private void run(Sequence sequence, int[] tokens, int from, int to, Step.Logits logits) throws EngineException {
        int refusal = sequence.reserve(to - from);
        if (refusal < 0) {
            throw new EngineException("no KV memory for " + (to - from) + " more tokens at position "
                    + sequence.position() + ": " + Refusal.describe(refusal));
        }
        step.set(sequence, tokens, from, to, logits);
        long start = System.nanoTime();
        try {
            threads.runStep();
        } catch (EngineException e) {
            if (threads.hung()) {
                sequence.abandon();
            }
            throw e;
        }
        stepNanos += System.nanoTime() - start;
        steps++;
        rows += to - from;
        @Nullable String wrong = fault.take();
        if (wrong != null) {
            throw new EngineException(wrong + ": the model file is damaged or unfit for 8-bit activations");
        }
        sequence.advance(to - from);
    }

    /** Raw logits of the last row {@code [vocabSize]}, valid until the next step. */
    public float[] logits() {
        return engines.getFirst().buffers().logits;
    }

    public EngineStatistics statistics() {
        return new EngineStatistics(
                steps,
                rows,
                stepNanos,
                engines.getFirst().team().exchangeNanos(),
                engines.stream().mapToLong(engine -> engine.team().sentBytes()).sum(),
                engines.stream().mapToLong(ShardEngine::weightBytes).sum(),
                kernels);
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
