/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.KvPolicy;
import io.headwater.model.kvcache.HeadCache;
import java.util.LinkedHashMap;
import java.util.Map;

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
    void compress(KvPolicy policy, HeadCache head, int budget, int capacity, int slice, int slices) {
        if (window.length < head.windowFloats()) {
            window = new float[head.windowFloats()];
        }
        head.lendWindow(window);
        compressor(policy, capacity).compress(head, budget, slice, slices);
        head.lendWindow(NO_ROOM);
    }

    private CompressorMaker.Compressor compressor(KvPolicy policy, int capacity) {
        Sized known = made.get(policy);
        if (known == null || known.capacity < capacity) {
            made.remove(policy);
            if (made.size() == MOST) {
                made.remove(made.keySet().iterator().next());
            }
            known = new Sized(maker.make(policy, capacity), capacity);
            made.put(policy, known);
        }
        return known.compressor;
    }

    private record Sized(CompressorMaker.Compressor compressor, int capacity) {}
}
