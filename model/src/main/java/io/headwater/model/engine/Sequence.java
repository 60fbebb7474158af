/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.Rebasing;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.model.snapshot.SequencePoint;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A sequence of tokens and its KV cache on every shard of a group. Belongs to the thread that calls the group. */
public final class Sequence implements AutoCloseable {
    private final long id;
    private final SequenceCache[] caches;
    private final KvOptions options;
    private KvOptions inForce;
    private final double share;
    private final Rebasing rebasing;
    private int longestHead;
    private int sinceChange;
    private int position;
    private int repeated;
    private @Nullable StagedSegment segment;
    private int[] divided = {};
    private long lastStep;
    private boolean abandoned;

    /** All shards' full caches. */
    Sequence(long id, List<SequenceCache> caches) {
        this(id, KvOptions.NONE, Rebasing.NEVER, caches, 1);
    }

    /** {@code share}: of the plan's KV heads, those that the caches hold. */
    Sequence(long id, KvOptions options, Rebasing rebasing, List<SequenceCache> caches, double share) {
        this.id = id;
        this.options = options;
        this.inForce = options;
        this.rebasing = rebasing;
        this.share = share;
        this.caches = caches.toArray(SequenceCache[]::new); // an array: iterators would be garbage in every step
    }

    /** The caller's name for it. */
    public long id() {
        return id;
    }

    /** How its cache is kept, as it was opened: its budget is the most that it may have. */
    public KvOptions options() {
        return options;
    }

    /** The same with the budget that is in force. */
    public KvOptions inForce() {
        return inForce;
    }

    /** From now on heads are brought down to this budget. */
    void budget(KvOptions now) {
        inForce = now;
    }

    /** Marks the sequence as part of a step; returns false if it is already. */
    boolean join(long step) {
        boolean first = lastStep != step;
        lastStep = step;
        return first;
    }

    /** The next token's place in the session's log: how many have been decoded. */
    public int position() {
        return position;
    }

    /** The position by which the next token's query and keys are turned: {@link #position}, until the session is re-based. */
    public int rotaryPosition() {
        return rebasing.position(position);
    }

    /** How often positions have started anew. */
    public int rebasings() {
        return rebasing.count(position);
    }

    /** When its positions start anew. */
    Rebasing rebasing() {
        return rebasing;
    }

    /** Entries of a head, in the mean, rounded up: of the model's heads where the last division told what is left to each, else of those here. */
    public int meanHead() {
        if (share != 1 && divided.length > 0) {
            return Math.toIntExact(Math.ceilDiv(entriesOfAll(), divided.length));
        }
        long entries = 0;
        int heads = 0;
        for (SequenceCache cache : caches) {
            entries += cache.entries();
            heads += cache.nLayers() * cache.shape().kvHeads();
        }
        return heads == 0 ? position : (int) ((entries + heads - 1) / heads);
    }

    /** Entries of all heads of the model where they have been {@link #divided}, 0 before. */
    private long entriesOfAll() {
        long entries = (long) sinceChange * divided.length;
        for (int left : divided) { // asked for in steps: no garbage
            entries += left;
        }
        return entries;
    }

    /** Entries of the longest head here. */
    int longestHead() {
        return longestHead;
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

    /** The same of the layers of a segment's stage, where {@code dim} floats are a token's hidden state. */
    int reserveStage(int rows, int dim) {
        StagedSegment at = segment();
        int hidden = at.first() && !at.last() ? at.done() + rows : at.rows();
        for (SequenceCache cache : caches) {
            int refusal = cache.reserveStage(rows, at.firstLayer(), at.endLayer(), hidden, dim);
            if (refusal < 0) {
                return refusal;
            }
        }
        return 0;
    }

    /** Frees what lies behind the end of each head, as a refused {@link #reserve} left it. */
    void trim() {
        for (SequenceCache cache : caches) {
            cache.trim();
        }
    }

    /** Begins, empty as it is, where another sequence of the same engines is; returns 0 or a negative refusal. */
    int beginAt(Sequence other) {
        for (int i = 0; i < caches.length; i++) {
            int refusal = caches[i].copy(other.caches[i]);
            if (refusal < 0) {
                return refusal;
            }
        }
        inForce = options.equals(other.options) ? other.inForce : options;
        longestHead = other.longestHead;
        divided = other.divided;
        sinceChange = other.sinceChange;
        position = other.position;
        return 0;
    }

    /** All shards' caches here, in the plan's order. */
    List<SequenceCache> caches() {
        return List.of(caches);
    }

    /** Where the sequence is. */
    SequencePoint point() {
        return new SequencePoint(position, sinceChange, rebasing.contextLength());
    }

    /** Is there, empty as it was, after its caches have been filled. */
    void beginAt(SequencePoint point) {
        for (SequenceCache cache : caches) {
            longestHead = Math.max(longestHead, cache.longest());
        }
        sinceChange = point.sinceChange();
        position = point.position();
    }

    void advance(int rows) {
        for (SequenceCache cache : caches) {
            cache.advance(rows);
        }
        longestHead += rows;
        sinceChange += rows;
        position += rows;
    }

    /** Rows of a reconstruction, which are there until it is over. */
    void repeat(int rows, boolean rewind) {
        advance(rows);
        repeated += rows;
        if (rewind) {
            for (SequenceCache cache : caches) {
                cache.rewind(repeated);
                cache.trim();
            }
            longestHead -= repeated;
            sinceChange -= repeated;
            position -= repeated;
            repeated = 0;
        }
    }

    /** Of {@link #position}, what belongs to a reconstruction that is under way, and will be taken back. */
    public int repeated() {
        return repeated;
    }

    /**
     * The segment that it reads by stages, which begins at its position.
     *
     * @throws IllegalArgumentException if its policy has no stages
     */
    StagedSegment segment() {
        StagedSegment at = segment;
        if (at == null) {
            at = new StagedSegment(options.policy()
                    .stages()
                    .orElseThrow(() -> new IllegalArgumentException("sequence " + id + " has no stages: KV policy "
                            + options.policy().name() + " does not name any")));
            segment = at;
        }
        return at;
    }

    /** Whether a segment that it reads by stages has begun and is not over; {@link #position} is where it begins. */
    public boolean staging() {
        return segment != null && segment.underWay();
    }

    /** Rows that have been through the stage where such a segment is. */
    public int stagedRows() {
        return segment == null ? 0 : segment.done();
    }

    /** After a step with rows of such a segment, which have been counted in; {@code ends}: the next stage begins. */
    void staged(int rows, boolean ends) {
        segment().advance(rows, ends);
        longestHead = 0;
        for (SequenceCache cache : caches) {
            longestHead = Math.max(longestHead, cache.longest());
        }
    }

    /**
     * Refuses rows that go beyond where the next change point is at the latest.
     *
     * @throws EngineException if so: memory is reserved for no more
     */
    void checkChange(int rows) throws EngineException {
        int most = Math.max(options.interval(), options.prefillLimit());
        if (!options.full() && rows > most - sinceChange) {
            throw new EngineException("sequence " + id + ": " + (sinceChange + (long) rows)
                    + " tokens without a change point, at most " + most + " may be: steps end at change points");
        }
    }

    /** After a step at whose end the heads have counted its rows in and given entries up: what they gave up is free. */
    void changed(int rows) {
        longestHead = 0;
        sinceChange = 0;
        segment = null;
        for (SequenceCache cache : caches) {
            cache.segment().clear();
            cache.trim();
            longestHead = Math.max(longestHead, cache.longest());
        }
        position += rows;
    }

    /** KV bytes charged on all shards. Those of shards elsewhere are reckoned from the ones here, by entries; heads may stand for different numbers of
     * merged tokens, which makes a small difference. */
    public long kvBytes() {
        return onAllShards(Arrays.stream(caches).mapToLong(SequenceCache::bytes).sum());
    }

    /** The highest {@link #kvBytes} so far. */
    public long peakKvBytes() {
        return onAllShards(
                Arrays.stream(caches).mapToLong(SequenceCache::peakBytes).sum());
    }

    /** Of {@link #kvBytes}, what is neither keys and values nor positions. */
    public long kvScoreBytes() {
        return onAllShards(
                Arrays.stream(caches).mapToLong(SequenceCache::scoreBytes).sum());
    }

    /** What a full cache would be charged now. */
    public long kvFullBytes() {
        long here = Arrays.stream(caches)
                .mapToLong(cache -> cache.fullBytes(position - repeated))
                .sum();
        return Math.round(here / share); // as many bytes a head, whatever heads have given up
    }

    /**
     * Entries of each head, {@code [layer][KV heads of the model]}. Those of shards elsewhere are what the last division left them and all since then;
     * before the first, or where the heads of a layer are alike, as many as the layer's first head here has.
     */
    public List<List<Integer>> headEntries() {
        int nLayers = caches.length == 0 ? 0 : caches[0].nLayers();
        return IntStream.range(0, nLayers).mapToObj(this::headEntries).toList();
    }

    private List<Integer> headEntries(int layer) {
        List<Integer> here = Arrays.stream(caches)
                .flatMapToInt(cache -> cache.entries(layer))
                .boxed()
                .toList();
        int nKvHeads = (int) Math.round(here.size() / share);
        if (here.size() == nKvHeads) {
            return here;
        }
        int[] left = divided;
        return left.length == 0
                ? Collections.nCopies(nKvHeads, here.getFirst())
                : IntStream.range(layer * nKvHeads, (layer + 1) * nKvHeads)
                        .mapToObj(head -> left[head] + sinceChange)
                        .toList();
    }

    /** Entries of a head of the model, {@code layer · KV heads + head}, where heads have been {@link #divided}; all that there have been before that. */
    int entries(int head) {
        return divided.length == 0 ? rotaryPosition() : divided[head] + sinceChange;
    }

    /** At a change point where heads have budgets of their own: what each head of the model is left with, {@code [layer · KV heads of the model + head]}. */
    void divided(int[] entries) {
        divided = entries;
    }

    /** Tokens that the entries of each head stand for, {@code [layer][KV heads of the shards here]}. */
    public List<List<Integer>> represented() {
        int nLayers = caches.length == 0 ? 0 : caches[0].nLayers();
        return IntStream.range(0, nLayers)
                .mapToObj(layer -> Arrays.stream(caches)
                        .flatMapToInt(cache -> cache.represented(layer))
                        .boxed()
                        .toList())
                .toList();
    }

    private long onAllShards(long bytesHere) {
        long all = entriesOfAll();
        long here = 0;
        for (SequenceCache cache : caches) {
            here += cache.entries();
        }
        return share == 1 || here == 0 || all == 0
                ? Math.round(bytesHere / share)
                : Math.round((double) bytesHere / here * all);
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
