/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.HeadCompressor;
import io.headwater.compression.HeadReporter;
import io.headwater.compression.KvPolicy;
import io.headwater.compression.allocation.ScoreTable;
import io.headwater.model.kvcache.HeadCache;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One worker's compressors by policy, made at the first change point that needs them; those of the policies met last. Owned by the worker. */
final class WorkerCompressors {
    private static final int MOST = 4;
    private static final float[] NO_ROOM = {};

    private final CompressorMaker maker;
    private final Map<KvPolicy, Sized> made = new LinkedHashMap<>();
    private float[] window = NO_ROOM;

    WorkerCompressors(CompressorMaker maker) {
        this.maker = maker;
    }

    /** A slice of bringing a head down to its budget; {@code capacity}: most entries that heads of this sequence have. */
    void compress(KvPolicy policy, HeadCache head, int budget, int capacity, HeadWalk.Cursor at) {
        lendWindow(head);
        compressor(policy, capacity).compressor.compress(head, budget, at.slice(), at.slices());
        head.lendWindow(NO_ROOM);
    }

    /** A slice of a head's report to slot {@code index} of a table. */
    void report(KvPolicy policy, HeadCache head, int capacity, ScoreTable table, int index, HeadWalk.Cursor at) {
        lendWindow(head);
        compressor(policy, capacity).reporter().report(head, table, index, at.slice(), at.slices());
        head.lendWindow(NO_ROOM);
    }

    private void lendWindow(HeadCache head) {
        if (window.length < head.windowFloats()) {
            window = new float[head.windowFloats()];
        }
        head.lendWindow(window);
    }

    private Sized compressor(KvPolicy policy, int capacity) {
        Sized known = made.get(policy);
        if (known == null || known.capacity < capacity) {
            made.remove(policy);
            if (made.size() == MOST) {
                made.remove(made.keySet().iterator().next());
            }
            known = new Sized(maker.make(policy, capacity), capacity);
            made.put(policy, known);
        }
        return known;
    }

    private static final class Sized {
        private final HeadCompressor compressor;
        private final int capacity;
        private @Nullable HeadReporter reporter;

        Sized(HeadCompressor compressor, int capacity) {
            this.compressor = compressor;
            this.capacity = capacity;
        }

        /** Made where heads compete. */
        HeadReporter reporter() {
            if (reporter == null) {
                reporter = new HeadReporter(compressor, capacity);
            }
            return reporter;
        }
    }
}
