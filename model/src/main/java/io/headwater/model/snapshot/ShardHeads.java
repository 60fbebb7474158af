/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.kvcache.HeadsShape;
import io.headwater.model.kvcache.SequenceCache;
import java.util.List;

/** One sequence's heads on one shard, or on neighbours in the plan's order, by their numbers in the model. */
public final class ShardHeads {
    private final List<SequenceCache> caches;
    private final HeadRange range;

    /**
     * {@code caches} of shards that follow each other.
     *
     * @param first KV head of the first cache
     * @param nKvHeads of the model
     */
    public ShardHeads(int first, int nKvHeads, List<SequenceCache> caches) {
        this.caches = List.copyOf(caches);
        HeadsShape shape = this.caches.getFirst().shape();
        int heads =
                this.caches.stream().mapToInt(cache -> cache.shape().kvHeads()).sum();
        this.range = new HeadRange(shape.layout(), shape.groupSize(), shape.nLayers(), nKvHeads, first, first + heads);
    }

    public HeadRange range() {
        return range;
    }

    HeadCache head(int layer, int kvHead) {
        int local = kvHead - range.from();
        for (SequenceCache cache : caches) {
            if (local < cache.shape().kvHeads()) {
                return cache.head(layer, local);
            }
            local -= cache.shape().kvHeads();
        }
        throw new IllegalArgumentException("KV head " + kvHead + " is none of " + range);
    }

    /** Makes an empty head one of so many entries, to be filled; 0 or a refusal. */
    int begin(int layer, int kvHead, int entries, int next) {
        int local = kvHead - range.from();
        for (SequenceCache cache : caches) {
            if (local < cache.shape().kvHeads()) {
                return cache.begin(layer, local, entries, next);
            }
            local -= cache.shape().kvHeads();
        }
        throw new IllegalArgumentException("KV head " + kvHead + " is none of " + range);
    }

    /** Charges what filled heads hold beside their blocks; 0 or a refusal. */
    int charge() {
        for (SequenceCache cache : caches) {
            int refusal = cache.reserve(0);
            if (refusal < 0) {
                return refusal;
            }
        }
        return 0;
    }
}
