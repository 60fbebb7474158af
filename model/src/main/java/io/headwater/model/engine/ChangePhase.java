/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.HeadCompressor;
import io.headwater.compression.Rotation;
import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.kvcache.KvOptions;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What follows a step at whose end sequences are at change points: each of their heads on this shard counts the step's rows in and is brought
 * down to its budget, by itself. Items are (sequence, layer, KV head), dealt out to the workers in turn, the longest work in slices; a phase ends
 * when workers have done as much as {@link #PHASE_WEIGHT}, since a node shows that it goes on between two phases.
 */
final class ChangePhase {
    /** What one worker takes in a phase, in entries: some tenth of a second, more only where one head merges very many. */
    static final int PHASE_WEIGHT = 1 << 15;

    /** So many multiply-adds weigh as much as an entry's usual work. */
    private static final int MULTIPLY_ADDS = 1 << 15;

    private final int nLayers;
    private final int kvHeads;
    private final int headDim;
    private final int workers;
    private final int contextLength;
    private final Rotation rotation;
    private final StepBatch batch;
    private final StepFault fault;
    private final int cacheIndex;
    private final int[] runs;
    private final Cursor[] cursors;
    private int runCount;
    private int phases;
    private boolean marked;

    /** {@code cacheIndex}: which of a sequence's caches is this shard's. */
    ChangePhase(
            ShardGeometry geometry,
            int workers,
            int contextLength,
            Rotation rotation,
            StepBatch batch,
            StepFault fault,
            int cacheIndex) {
        this.rotation = rotation;
        this.nLayers = geometry.config().nLayers();
        this.kvHeads = geometry.kvHeads();
        this.headDim = geometry.config().headDim();
        this.workers = workers;
        this.contextLength = contextLength;
        this.batch = batch;
        this.fault = fault;
        this.cacheIndex = cacheIndex;
        this.runs = new int[batch.maxRows()];
        this.cursors = new Cursor[workers];
        Arrays.setAll(cursors, _ -> new Cursor());
    }

    /** One worker, before the step's first barrier. */
    void beginStep() {
        marked = false;
        for (int run = 0; run < batch.runs(); run++) {
            marked |= batch.changesAfter(run);
        }
    }

    /** Whether any run of the step asks for a change. */
    boolean marked() {
        return marked;
    }

    /** One worker, between barriers, when all that can be wrong with the step is known: a run with a fault stays as it was. */
    void begin() {
        runCount = 0;
        for (int run = 0; run < batch.runs(); run++) {
            if (batch.changesAfter(run) && fault.of(run) == null) {
                runs[runCount++] = run;
            }
        }
        phases = 0;
        for (int worker = 0; worker < workers; worker++) {
            cursors[worker].begin(worker);
            int needed = 0;
            while (cursors[worker].item < items()) {
                phase(cursors[worker], null);
                needed++;
            }
            phases = Math.max(phases, needed);
            cursors[worker].begin(worker);
        }
    }

    private int items() {
        return runCount * nLayers * kvHeads;
    }

    int phases() {
        return phases;
    }

    /** A worker's items of the next phase. */
    void run(int worker, WorkerCompressors compressors) {
        phase(cursors[worker], compressors);
    }

    /** Moves a cursor on by a phase, and does what lies on the way if there are compressors. */
    private void phase(Cursor cursor, @Nullable WorkerCompressors compressors) {
        long weight = 0;
        while (cursor.item < items()) {
            int run = runs[cursor.item / (nLayers * kvHeads)];
            int layer = cursor.item / kvHeads % nLayers;
            HeadCache head = batch.sequence(run).cache(cacheIndex).head(layer, cursor.item % kvHeads);
            if (cursor.slice == 0) {
                meet(cursor, run, layer, head.length() + batch.rowsOf(run));
            }
            if (weight > 0 && weight + cursor.sliceWeight > PHASE_WEIGHT) {
                return;
            }
            weight += cursor.sliceWeight;
            if (compressors != null) {
                change(run, layer, head, cursor, compressors);
            }
            cursor.next(workers);
        }
    }

    /** Sets how an item of so many entries is cut. */
    private void meet(Cursor cursor, int run, int layer, int entries) {
        KvOptions options = batch.sequence(run).options();
        int budget = options.full() ? entries : budget(run, layer);
        cursor.slices = HeadCompressor.slices(options.policy(), entries, budget, headDim);
        long products = HeadCompressor.products(options.policy(), entries, budget, headDim);
        cursor.sliceWeight = entries + products / MULTIPLY_ADDS / cursor.slices;
    }

    private void change(int run, int layer, HeadCache head, Cursor cursor, WorkerCompressors compressors) {
        if (cursor.slice == 0) {
            head.advance(batch.rowsOf(run));
        }
        KvOptions options = batch.sequence(run).options();
        if (!options.full()) {
            compressors.compress(
                    options.policy(),
                    head,
                    budget(run, layer),
                    options.mostEntries(layer, nLayers, contextLength),
                    cursor.slice,
                    cursor.slices);
        }
        if (cursor.slice == cursor.slices - 1 && rebasedAfter(run)) {
            head.rebase(batch.sequence(run).rebasing().base(), rotation);
        }
    }

    /** What a head is brought down to; where positions start anew, there is no room for more than lie before the first. */
    private int budget(int run, int layer) {
        Sequence sequence = batch.sequence(run);
        int budget = sequence.options().budget(layer, nLayers);
        return rebasedAfter(run) ? Math.min(budget, sequence.rebasing().base()) : budget;
    }

    private boolean rebasedAfter(int run) {
        Sequence sequence = batch.sequence(run);
        return sequence.rebasing().due(sequence.position() + batch.rowsOf(run));
    }

    /** Where a worker is. */
    private static final class Cursor {
        private int item;
        private int slice;
        private int slices;
        private long sliceWeight;

        void begin(int worker) {
            item = worker;
            slice = 0;
        }

        void next(int workers) {
            slice++;
            if (slice == slices) {
                slice = 0;
                item += workers;
            }
        }
    }
}
