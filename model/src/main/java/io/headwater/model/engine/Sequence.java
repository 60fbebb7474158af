/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.SequenceCache;
import java.util.Arrays;
import java.util.List;

/** A sequence of tokens and its KV cache on every shard of a group. Belongs to the thread that calls the group. */
public final class Sequence implements AutoCloseable {
    private final long id;
    private final SequenceCache[] caches;
    private final double share;
    private int position;
    private long lastStep;
    private boolean abandoned;

    /** All shards' caches. */
    Sequence(long id, List<SequenceCache> caches) {
        this(id, caches, 1);
    }

    /** {@code share}: of the plan's KV heads, those that the caches hold. */
    Sequence(long id, List<SequenceCache> caches, double share) {
        this.id = id;
        this.share = share;
        this.caches = caches.toArray(SequenceCache[]::new); // an array: iterators would be garbage in every step
    }

    /** The caller's name for it. */
    public long id() {
        return id;
    }

    /** Marks the sequence as part of a step; returns false if it is already. */
    boolean join(long step) {
        boolean first = lastStep != step;
        lastStep = step;
        return first;
    }

    /** The position that the next token gets: how many have been decoded. */
    public int position() {
        return position;
    }

    SequenceCache cache(int shard) {
        return caches[shard];
    }

    /** Returns 0, or a negative refusal of the shard that has no room for the rows. */
    int reserve(int rows) {
        for (SequenceCache cache : caches) {
            int refusal = cache.reserve(rows);
            if (refusal < 0) {
                return refusal;
            }
        }
        return 0;
    }

    void advance(int rows) {
        for (SequenceCache cache : caches) {
            cache.advance(rows);
        }
        position += rows;
    }

    /** KV bytes charged on all shards. Those of shards elsewhere follow from the ones here: every head holds as many entries. */
    public long kvBytes() {
        return onAllShards(Arrays.stream(caches).mapToLong(SequenceCache::bytes).sum());
    }

    /** The highest {@link #kvBytes} so far. */
    public long peakKvBytes() {
        return onAllShards(
                Arrays.stream(caches).mapToLong(SequenceCache::peakBytes).sum());
    }

    private long onAllShards(long bytesHere) {
        return Math.round(bytesHere / share);
    }

    /** From now on {@link #close} frees nothing: a worker that hangs may still read or write the cache. */
    void abandon() {
        abandoned = true;
    }

    /** Frees the cache. */
    @Override
    public void close() {
        if (abandoned) {
            return;
        }
        Closing.reversed(Arrays.stream(caches)
                .<Closing.Resource>map(cache -> cache::close)
                .toList());
    }
}
