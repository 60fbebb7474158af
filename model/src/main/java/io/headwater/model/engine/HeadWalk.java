/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Deals work on heads out to the workers of a shard. Items are (sequence, layer, KV head), dealt out in turn, the longest work in slices; a
 * phase ends when workers have done as much as {@link #PHASE_WEIGHT}, since a node shows that it goes on between two phases.
 */
final class HeadWalk {
    /** What one worker takes in a phase, in entries: some tenth of a second, more only where one head merges very many. */
    static final int PHASE_WEIGHT = 1 << 15;

    /** So many multiply-adds weigh as much as an entry's usual work. */
    static final int MULTIPLY_ADDS = 1 << 15;

    private final int nLayers;
    private final int kvHeads;
    private final int workers;
    private final Work work;
    private final int[] runs;
    private final Cursor[] cursors;
    private int runCount;
    private int phases;

    /** {@code kvHeads} of the shard; {@code maxRuns} of a step. */
    HeadWalk(ShardGeometry geometry, int workers, int maxRuns, Work work) {
        this.nLayers = geometry.config().nLayers();
        this.kvHeads = geometry.kvHeads();
        this.workers = workers;
        this.work = work;
        this.runs = new int[maxRuns];
        this.cursors = new Cursor[workers];
        Arrays.setAll(cursors, _ -> new Cursor());
    }

    /** One worker, between barriers: no runs. */
    void clear() {
        runCount = 0;
        phases = 0;
    }

    /** One worker, between barriers: all heads of that run too. */
    void add(int run) {
        runs[runCount++] = run;
    }

    /** One worker, between barriers: all runs are known, and how much work their heads are. */
    void begin() {
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

    int runCount() {
        return runCount;
    }

    int run(int index) {
        return runs[index];
    }

    int phases() {
        return phases;
    }

    /** A worker's items of the next phase. */
    void next(int worker, WorkerCompressors compressors) {
        phase(cursors[worker], compressors);
    }

    /** Moves a cursor on by a phase, and does what lies on the way if there are compressors. */
    private void phase(Cursor cursor, @Nullable WorkerCompressors compressors) {
        long weight = 0;
        while (cursor.item < items()) {
            cursor.run = runs[cursor.item / (nLayers * kvHeads)];
            cursor.layer = cursor.item / kvHeads % nLayers;
            cursor.kvHead = cursor.item % kvHeads;
            if (cursor.slice == 0) {
                cursor.slices = work.slices(cursor);
                cursor.sliceWeight = work.weight(cursor) / cursor.slices;
            }
            if (weight > 0 && weight + cursor.sliceWeight > PHASE_WEIGHT) {
                return;
            }
            weight += cursor.sliceWeight;
            if (compressors != null) {
                work.slice(cursor, compressors);
            }
            cursor.next(workers);
        }
    }

    /** What is done to every head. */
    interface Work {
        /** In how many slices. */
        int slices(Cursor at);

        /** Of all slices together, in entries. */
        long weight(Cursor at);

        /** One slice, in ascending order and nothing of this worker's between. */
        void slice(Cursor at, WorkerCompressors compressors);
    }

    /** Where a worker is. */
    static final class Cursor {
        private int item;
        private int run;
        private int layer;
        private int kvHead;
        private int slice;
        private int slices;
        private long sliceWeight;

        int run() {
            return run;
        }

        int layer() {
            return layer;
        }

        /** Of the shard. */
        int kvHead() {
            return kvHead;
        }

        int slice() {
            return slice;
        }

        int slices() {
            return slices;
        }

        boolean first() {
            return slice == 0;
        }

        boolean last() {
            return slice == slices - 1;
        }

        private void begin(int worker) {
            item = worker;
            slice = 0;
        }

        private void next(int workers) {
            slice++;
            if (slice == slices) {
                slice = 0;
                item += workers;
            }
        }
    }
}
