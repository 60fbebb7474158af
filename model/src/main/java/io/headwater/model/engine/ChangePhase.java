/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.kvcache.KvOptions;

/**
 * What follows a step at whose end sequences are at change points: each of their heads on this shard counts the step's rows in and is brought
 * down to its budget, by itself. Items are (sequence, layer, KV head), dealt out to the workers in turn; many entries are cut into several phases,
 * since a node shows that it goes on between two phases.
 */
final class ChangePhase {
    /** Entries that all workers together take in a phase. */
    private static final int PHASE_ENTRIES = 1 << 16;

    private final int nLayers;
    private final int kvHeads;
    private final int workers;
    private final int contextLength;
    private final StepBatch batch;
    private final StepFault fault;
    private final int cacheIndex;
    private final int[] runs;
    private int runCount;
    private int itemsPerPhase = 1;
    private boolean marked;

    /** {@code cacheIndex}: which of a sequence's caches is this shard's. */
    ChangePhase(
            ShardGeometry geometry, int workers, int contextLength, StepBatch batch, StepFault fault, int cacheIndex) {
        this.nLayers = geometry.config().nLayers();
        this.kvHeads = geometry.kvHeads();
        this.workers = workers;
        this.contextLength = contextLength;
        this.batch = batch;
        this.fault = fault;
        this.cacheIndex = cacheIndex;
        this.runs = new int[batch.maxRows()];
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
        int longest = 1;
        for (int run = 0; run < batch.runs(); run++) {
            if (batch.changesAfter(run) && fault.of(run) == null) {
                runs[runCount++] = run;
                longest = Math.max(longest, batch.sequence(run).longestHead() + batch.rowsOf(run));
            }
        }
        itemsPerPhase = Math.max(workers, PHASE_ENTRIES / longest);
    }

    private int items() {
        return runCount * nLayers * kvHeads;
    }

    int phases() {
        return (items() + itemsPerPhase - 1) / itemsPerPhase;
    }

    /** A worker's items of a phase. */
    void run(int phase, int worker, WorkerCompressors compressors) {
        int from = phase * itemsPerPhase;
        int to = Math.min(items(), from + itemsPerPhase);
        for (int item = from + worker; item < to; item += workers) {
            int run = runs[item / (nLayers * kvHeads)];
            change(run, item / kvHeads % nLayers, item % kvHeads, compressors);
        }
    }

    private void change(int run, int layer, int kvHead, WorkerCompressors compressors) {
        Sequence sequence = batch.sequence(run);
        HeadCache head = sequence.cache(cacheIndex).head(layer, kvHead);
        head.advance(batch.rowsOf(run));
        KvOptions options = sequence.options();
        if (!options.full()) {
            compressors.compress(
                    options.policy(),
                    head,
                    options.budget(layer, nLayers),
                    options.mostEntries(layer, nLayers, contextLength));
        }
    }
}
