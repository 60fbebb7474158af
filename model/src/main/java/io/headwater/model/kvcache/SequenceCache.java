/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.SessionMemory;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One sequence's keys and values on one shard, {@code [nLayers, kvHeads of the shard]}, and what its policy needs to know of them. Owned by the
 * shard's engine.
 */
public final class SequenceCache implements AutoCloseable {
    private final BlockArena arena;
    private final SessionMemory memory;
    private final HeadsShape shape;
    private final HeadCache[] heads;
    private final EntryState kept;
    private final @Nullable EntryColumns columns;
    private final SegmentRows segment = new SegmentRows();

    /** A full cache; {@code capacityEntries}: most entries that a head will hold. */
    public SequenceCache(
            BlockArena arena, SessionMemory memory, KvLayout layout, int nLayers, int kvHeads, int capacityEntries) {
        this(arena, memory, new HeadsShape(layout, nLayers, kvHeads, 1), EntryState.NONE, _ -> capacityEntries);
    }

    /** As the options say; {@code contextLength}: most entries that a head of a full cache will hold. */
    public SequenceCache(
            BlockArena arena, SessionMemory memory, HeadsShape shape, KvOptions options, int contextLength) {
        this(
                arena,
                memory,
                shape,
                options.entryState(),
                layer -> options.capacity(layer, shape.nLayers(), contextLength));
    }

    SequenceCache(
            BlockArena arena,
            SessionMemory memory,
            HeadsShape shape,
            EntryState kept,
            IntUnaryOperator capacityOfLayer) {
        this.arena = arena;
        this.memory = memory;
        this.shape = shape;
        this.kept = kept;
        int most =
                IntStream.range(0, shape.nLayers()).map(capacityOfLayer).max().orElse(0);
        this.columns =
                kept.positions() ? new EntryColumns(shape.heads(), kept.columns(), most, HeadCache.EVERYTHING) : null;
        this.heads = new HeadCache[shape.heads()];
        for (int i = 0; i < heads.length; i++) {
            int capacity = capacityOfLayer.applyAsInt(i / shape.kvHeads());
            heads[i] = new HeadCache(shape, capacity, kept, columns, i);
        }
    }

    /** A block's size in the arena: the layout's, rounded up to pages. */
    public static int blockBytes(KvLayout layout) {
        return BlockList.wholePages(layout.blockBytes());
    }

    /** Which heads there are. */
    public HeadsShape shape() {
        return shape;
    }

    /** What is kept of entries besides keys and values. */
    public EntryState kept() {
        return kept;
    }

    public HeadCache head(int layer, int kvHead) {
        return heads[layer * shape.kvHeads() + kvHead];
    }

    /** Makes room for {@code entries} more in every head; returns 0 or a negative refusal. */
    public int reserve(int entries) {
        return reserve(entries, 0, nLayers(), 0);
    }

    /** As the other for heads of layers [from, to), where so much more is held on the heap. */
    private int reserve(int entries, int fromLayer, int toLayer, long moreHeapBytes) {
        int longest = 0;
        for (int i = fromLayer * shape.kvHeads(); i < toLayer * shape.kvHeads(); i++) {
            int refusal = heads[i].reserve(entries, arena, memory);
            if (refusal < 0) {
                return refusal;
            }
            longest = Math.max(longest, heads[i].length());
        }
        if (columns == null) {
            return 0;
        }
        int refusal = columns.reserve(longest + entries, arena, memory);
        return refusal < 0 ? refusal : memory.chargeHeap(heapBytes() + moreHeapBytes);
    }

    /**
     * Makes room for {@code entries} more in heads of layers [from, to), and for the hidden states of so many tokens of a segment, {@code dim} floats each;
     * returns 0 or a negative refusal.
     */
    public int reserveStage(int entries, int fromLayer, int toLayer, int tokens, int dim) {
        int refusal = reserve(entries, fromLayer, toLayer, segment.bytes(tokens, dim) - segment.bytes());
        if (refusal == 0) {
            segment.ensure(tokens, dim);
        }
        return refusal;
    }

    /** Hidden states between two stages of a prefill. */
    public SegmentRows segment() {
        return segment;
    }

    /**
     * Fills this cache, which is empty, with what another of the same shard holds, as far as this one keeps it; returns 0 or a negative refusal.
     *
     * @throws IllegalArgumentException if the other does not keep what this one needs, or has more entries than this one may
     */
    public int copy(SequenceCache other) {
        for (HeadCache head : heads) {
            head.checkCapacity(other.longest());
        }
        int refusal = reserve(other.longest());
        if (refusal < 0) {
            return refusal;
        }
        for (int i = 0; i < heads.length; i++) {
            heads[i].copy(other.heads[i]);
        }
        trim();
        return 0;
    }

    /**
     * Makes a head, which is empty, one of so many entries of a sequence of {@code next} tokens; returns 0 or a negative refusal. The caller fills them,
     * and asks {@link #reserve} for no more entries at the end: biases and members are charged then.
     *
     * @throws IllegalArgumentException if the head may not hold so many
     */
    public int begin(int layer, int kvHead, int entries, int next) {
        HeadCache head = head(layer, kvHead);
        head.checkCapacity(entries);
        int refusal = head.reserve(entries, arena, memory);
        if (refusal == 0 && columns != null) {
            refusal = columns.reserve(Math.max(longest(), entries), arena, memory);
        }
        if (refusal == 0) {
            head.begin(entries, next);
        }
        return refusal;
    }

    /** Counts the entries of a finished step in. */
    public void advance(int entries) {
        for (HeadCache head : heads) {
            head.advance(entries);
        }
    }

    /** Counts the entries of a finished step of layers [from, to) in, of which the last stands before position {@code next}. */
    public void advance(int entries, int next, int fromLayer, int toLayer) {
        for (int i = fromLayer * shape.kvHeads(); i < toLayer * shape.kvHeads(); i++) {
            heads[i].advance(entries, next);
        }
    }

    /** Takes the last entries of every head back; call {@link #trim} to free their blocks. */
    public void rewind(int entries) {
        for (HeadCache head : heads) {
            head.rewind(entries);
        }
    }

    /** After heads have given entries up: frees the blocks behind their ends, for anybody at once. */
    public void trim() {
        for (HeadCache head : heads) {
            head.trim(memory);
        }
        if (columns != null) {
            columns.trim(longest(), memory);
            memory.oweHeap(heapBytes()); // with arrays of merged entries, which are there now
        }
    }

    /** Entries of the longest head. */
    public int longest() {
        int longest = 0;
        for (HeadCache head : heads) {
            longest = Math.max(longest, head.length());
        }
        return longest;
    }

    /** Entries of all heads. */
    public long entries() {
        long entries = 0;
        for (HeadCache head : heads) {
            entries += head.length();
        }
        return entries;
    }

    /** Entries of each head of a layer. */
    public IntStream entries(int layer) {
        return IntStream.range(0, shape.kvHeads())
                .map(kvHead -> head(layer, kvHead).length());
    }

    /** Tokens that the entries of each head of a layer stand for. */
    public IntStream represented(int layer) {
        return IntStream.range(0, shape.kvHeads())
                .map(kvHead -> head(layer, kvHead).represented());
    }

    public int nLayers() {
        return shape.nLayers();
    }

    private long heapBytes() {
        long bytes = segment.bytes();
        for (HeadCache head : heads) {
            bytes += head.heapBytes();
        }
        return bytes;
    }

    /** Bytes charged to the sequence on this shard. */
    public long bytes() {
        return memory.chargedBytes();
    }

    public long peakBytes() {
        return memory.peakBytes();
    }

    /** Of {@link #bytes}, what is neither keys and values nor positions. */
    public long scoreBytes() {
        if (columns == null) {
            return 0;
        }
        long bytes = heapBytes() + columns.bytes() * (kept.columns() - 1) / kept.columns();
        for (HeadCache head : heads) {
            bytes += head.ringBytes();
        }
        return bytes;
    }

    /** What a full cache of so many entries is charged. */
    public long fullBytes(int entries) {
        return (long) BlockList.blocks(entries) * shape.blockBytes() * heads.length;
    }

    @Override
    public void close() {
        memory.close();
    }
}
