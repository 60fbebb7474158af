/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

import io.headwater.compression.CompressibleHead;
import io.headwater.compression.Rotation;
import io.headwater.tensors.kernels.EntryMembers;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.memory.BlockArena;
import io.headwater.tensors.memory.SessionMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The cache of one (sequence, layer, KV head): a list of blocks and how many entries they hold; where a policy wants more to be known of an
 * entry, its columns, and the ring of last queries. A full cache has neither.
 *
 * <p>Blocks come and go on the engine's thread; workers store, read and change entries between two barriers.
 */
public final class HeadCache implements CompressibleHead {
    /** All memory: blocks are named by their addresses, since they lie in many slabs. */
    @SuppressWarnings("restricted") // the arena hands out addresses; bounds are kept by block and entry
    static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final int POSITION = 0;
    private static final int CACHE_LINE = 64;
    private static final float[] NO_FLOATS = new float[0];

    /** A bias array grows by so many entries. */
    private static final int BIAS_STEP = 4 * KvLayout.BLOCK_ENTRIES;

    private final KvLayout layout;
    private final int blockBytes;
    private final BlockList blocks;
    private final EntryState kept;
    private final @Nullable EntryColumns columns;
    private final int index;
    private final @Nullable QueryRing ring;
    private float @Nullable [] bias;
    private @Nullable EntryMembers members;
    private float[] window = NO_FLOATS;
    private int length;
    private int next;

    /** {@code index} of the head in the columns. */
    HeadCache(HeadsShape shape, int capacityEntries, EntryState kept, @Nullable EntryColumns columns, int index) {
        this.layout = shape.layout();
        this.blockBytes = shape.blockBytes();
        this.blocks = new BlockList(BlockList.blocks(capacityEntries));
        this.kept = kept;
        this.columns = columns;
        this.index = index;
        this.ring = kept.window() == 0
                ? null
                : new QueryRing(kept.window(), shape.queryFloats(), layout.type(), EVERYTHING);
    }

    /** Entries stored. */
    @Override
    public int length() {
        return length;
    }

    /** Tokens that the entries stand for: their own, and those merged into them that go on attending. */
    int represented() {
        return length + (members == null ? 0 : members.count());
    }

    /** The position of the next entry: how many there have been. */
    public int next() {
        return next;
    }

    /** Makes room for {@code entries} more; returns 0 or a negative refusal, and then keeps the blocks that it got. */
    int reserve(int entries, BlockArena arena, SessionMemory memory) {
        int needed = BlockList.blocks(length + entries);
        if (bias != null && bias.length < length + entries) {
            bias = Arrays.copyOf(bias, biasLength(length + entries));
        }
        int refusal = ring == null ? 0 : ring.reserve(arena, memory);
        return refusal < 0 ? refusal : blocks.reserve(needed, blockBytes, arena, memory);
    }

    private static int biasLength(int entries) {
        return (entries + BIAS_STEP - 1) / BIAS_STEP * BIAS_STEP;
    }

    /** Frees what is behind the end. */
    void trim(SessionMemory memory) {
        if (bias != null && bias.length > biasLength(length)) {
            bias = Arrays.copyOf(bias, biasLength(length)); // it grew for entries that have not come
        }
        blocks.trim(BlockList.blocks(length), memory);
    }

    /** On the Java heap. */
    long heapBytes() {
        long bytes = bias == null ? 0 : (long) Float.BYTES * bias.length;
        return members == null ? bytes : bytes + members.bytes();
    }

    long ringBytes() {
        return ring == null ? 0 : ring.bytes();
    }

    /** Stores entry {@link #length()} {@code + at} of a position: key and value {@code [headDim]}, the key after RoPE. */
    public void store(int at, int position, float[] key, int keyOffset, float[] value, int valueOffset) {
        int entry = length + at;
        layout.storeKey(EVERYTHING, blockOf(entry), within(entry), key, keyOffset);
        layout.storeValue(EVERYTHING, blockOf(entry), within(entry), value, valueOffset);
        if (columns != null) {
            columns.setInt(index, POSITION, entry, position);
            for (int column = 1; column < kept.floatColumn(); column++) {
                columns.setFloat(index, column, entry, 0);
            }
            for (int i = 0; i < kept.floats(); i++) {
                columns.setFloat(index, kept.floatColumn() + i, entry, Float.NaN);
            }
        }
    }

    /**
     * Keeps the queries {@code [groupSize, headDim]} of a position, after RoPE and scaling, if they are among those that the policy needs when the step's
     * last row of this sequence stands at {@code last}: so no two rows of a step have the same place, whatever positions they skip.
     */
    public void storeQueries(int position, int last, float[] queries, int offset) {
        if (ring != null && position > last - ring.window()) {
            ring.store(position, queries, offset);
        }
    }

    /** Fills this head, which is empty and has room, with what another has of its entries, as far as this one keeps it. */
    void copy(HeadCache other) {
        checkSource(other);
        for (int block = 0; block < BlockList.blocks(other.length); block++) {
            MemorySegment.copy(
                    EVERYTHING, other.blocks.address(block), EVERYTHING, blocks.address(block), layout.blockBytes());
        }
        for (int entry = 0; columns != null && entry < other.length; entry++) {
            columns.setInt(index, POSITION, entry, other.position(entry));
            columnSum(entry, other.columnSum(entry));
            for (int i = 0; i < kept.floats(); i++) {
                state(i, entry, sameState(other) ? other.state(i, entry) : Float.NaN);
            }
        }
        bias = other.bias == null ? null : Arrays.copyOf(other.bias, biasLength(other.length));
        members = other.members == null ? null : other.members.copy();
        length = other.length;
        next = other.next;
        if (ring != null) {
            ring.copy(Objects.requireNonNull(other.ring), next - windowLength(), next);
        }
    }

    private boolean sameState(HeadCache other) {
        return other.kept.floats() == kept.floats() && other.kept.peaks() == kept.peaks();
    }

    /** Makes this head, which is empty and has room, one of so many entries, all of which the caller then fills; {@code next} tokens there have been. */
    void begin(int entries, int next) {
        this.length = entries;
        this.next = next;
    }

    /** Of a head that is being filled; one that keeps no positions has entry i at position i. */
    public void position(int entry, int position) {
        if (columns != null) {
            columns.setInt(index, POSITION, entry, position);
        } else if (entry != position) {
            throw new IllegalArgumentException("entry " + entry + " of a full cache is at position " + position);
        }
    }

    /** Of a head that is being filled: the queries {@code [groupSize, headDim]} of one of its last positions. */
    public void queries(int position, float[] queries, int offset) {
        Objects.requireNonNull(ring, "no window").store(position, queries, offset);
    }

    /** Refuses more entries than the head may ever hold. */
    void checkCapacity(int entries) {
        if (BlockList.blocks(entries) > blocks.capacity()) {
            throw new IllegalArgumentException(entries + " entries, this cache holds at most "
                    + blocks.capacity() * KvLayout.BLOCK_ENTRIES + ": raise its prefill limit");
        }
    }

    private void checkSource(HeadCache other) {
        boolean positions = kept.positions() || other.length == other.next;
        boolean sums = other.kept.columnSums() || !kept.columnSums();
        if (!positions || !sums || other.kept.window() < kept.window()) {
            throw new IllegalArgumentException("a cache that keeps " + other.kept + " cannot become one that keeps "
                    + kept + ": open the first with a policy that keeps as much");
        }
    }

    /** Counts stored entries in. */
    public void advance(int entries) {
        length += entries;
        next += entries;
    }

    /** Counts stored entries in, of which the last stands before position {@code next}: there may be positions between them without an entry. */
    void advance(int entries, int next) {
        this.length += entries;
        this.next = next;
    }

    /** Takes the last entries back, as if they had never been; the window never saw them. */
    public void rewind(int entries) {
        length -= entries;
        next -= entries;
    }

    private long blockOf(int entry) {
        return blocks.address(entry / KvLayout.BLOCK_ENTRIES);
    }

    private static int within(int entry) {
        return entry % KvLayout.BLOCK_ENTRIES;
    }

    /** The original position of an entry. */
    @Override
    public int position(int entry) {
        return columns == null ? entry : columns.getInt(index, POSITION, entry);
    }

    @Override
    public float columnSum(int entry) {
        return columns == null || !kept.columnSums() ? 0 : columns.getFloat(index, kept.sumColumn(), entry);
    }

    @Override
    public void columnSum(int entry, float value) {
        if (kept.columnSums()) {
            columns().setFloat(index, kept.sumColumn(), entry, value);
        }
    }

    /**
     * Reads a word of each cache line of keys, values and column sums that are stored of entries {@code [from, from + count)}; returns what came of
     * it, to be kept somewhere.
     */
    public int touch(int from, int count) {
        int read = 0;
        int end = BlockList.blocks(Math.min(from + count, length));
        for (int block = from / KvLayout.BLOCK_ENTRIES; block < end; block++) {
            long at = blocks.address(block);
            for (int line = 0; line < layout.blockBytes(); line += CACHE_LINE) {
                read ^= EVERYTHING.get(ValueLayout.JAVA_INT_UNALIGNED, at + line);
            }
            if (kept.columnSums()) {
                read ^= columns().touch(index, kept.sumColumn(), block);
            }
        }
        return read;
    }

    /** The sums of entries {@code [from, from + count)}, a whole block on, to {@code out[from …]}. */
    public void readColumnSums(int from, int count, float[] out) {
        columns().read(index, kept.sumColumn(), from, count, out);
    }

    /** Peaks as {@link #readColumnSums} reads sums. */
    public void readPeaks(int from, int count, float[] out) {
        columns().read(index, kept.floatColumn(), from, count, out);
    }

    public void writePeaks(int from, int count, float[] peaks) {
        columns().write(index, kept.floatColumn(), from, count, peaks);
    }

    public void writeColumnSums(int from, int count, float[] sums) {
        columns().write(index, kept.sumColumn(), from, count, sums);
    }

    @Override
    public float state(int which, int entry) {
        return columns().getFloat(index, kept.floatColumn() + which, entry);
    }

    @Override
    public void state(int which, int entry, float value) {
        columns().setFloat(index, kept.floatColumn() + which, entry, value);
    }

    private EntryColumns columns() {
        return Objects.requireNonNull(columns, "a full cache keeps nothing but keys and values");
    }

    /** The last queries that there have been, at most a window, oldest first {@code [rows, groupSize, headDim]}. */
    @Override
    public float[] windowQueries() {
        QueryRing queries = ring;
        if (queries == null) {
            return NO_FLOATS;
        }
        if (window.length == 0) {
            window = new float[queries.window() * queries.rowFloats()];
        }
        queries.read(next - windowLength(), next, window);
        return window;
    }

    @Override
    public int windowLength() {
        return Math.min(kept.window(), next);
    }

    /** Lends the room that {@link #windowQueries} writes to, or takes it back: a worker's, so that no head needs its own. */
    public void lendWindow(float[] room) {
        window = room;
    }

    /** Floats that {@link #windowQueries} needs. */
    public int windowFloats() {
        return ring == null ? 0 : ring.window() * ring.rowFloats();
    }

    /** Keeps entries {@code kept[0, count)}, ascending, with all that is known of them; gives up all others. Their blocks are free after the step. */
    @Override
    public void keep(int[] entries, int count) {
        for (int to = 0; to < count; to++) {
            if (entries[to] != to) {
                move(entries[to], to);
            }
        }
        length = count;
        if (bias != null) {
            bias = Arrays.copyOf(bias, biasLength(count));
            Arrays.fill(bias, count, bias.length, 0);
        }
        if (members != null) {
            members.keep(entries, count);
        }
    }

    /**
     * Positions start anew (DESIGN 7): the i-th newest entry gets {@code base − 1 − i}, the next token {@code base}. Keys are turned by the
     * difference and rounded once, the queries of the window by that of the next token's.
     *
     * @throws IllegalArgumentException if there are more entries than positions before {@code base}
     */
    public void rebase(int base, Rotation rotation) {
        if (length > base) {
            throw new IllegalArgumentException(length + " entries do not fit before position " + base);
        }
        float[] key = new float[layout.headDim()];
        for (int entry = 0; entry < length; entry++) {
            int to = base - length + entry;
            layout.readKey(EVERYTHING, blockOf(entry), within(entry), key, 0);
            rotation.move(key, 0, to - position(entry));
            layout.storeKey(EVERYTHING, blockOf(entry), within(entry), key, 0);
            columns().setInt(index, POSITION, entry, to);
        }
        if (ring != null) {
            int rows = Math.min(windowLength(), base); // there are no positions for more
            ring.move(next - rows, next, base - next, layout.headDim(), rotation);
        }
        next = base;
    }

    @Override
    public void members(int[] entries, float[] ratios, int count) {
        if (members == null) {
            members = new EntryMembers();
        }
        members.set(entries, ratios, count);
    }

    @Override
    public @Nullable EntryMembers members() {
        return members;
    }

    private void move(int from, int to) {
        layout.copy(EVERYTHING, blockOf(from), within(from), blockOf(to), within(to));
        if (columns != null) {
            columns.copy(index, from, to);
        }
        if (bias != null) {
            bias[to] = bias[from];
        }
    }

    @Override
    public void key(int entry, float[] key, int offset) {
        layout.storeKey(EVERYTHING, blockOf(entry), within(entry), key, offset);
    }

    @Override
    public void value(int entry, float[] value, int offset) {
        layout.storeValue(EVERYTHING, blockOf(entry), within(entry), value, offset);
    }

    @Override
    public void bias(int entry, float value) {
        if (bias == null) {
            bias = new float[biasLength(length)];
        }
        bias[entry] = value;
    }

    @Override
    public KvLayout layout() {
        return layout;
    }

    @Override
    public MemorySegment memory() {
        return EVERYTHING;
    }

    @Override
    public long block(int block) {
        return blocks.address(block);
    }

    @Override
    public float @Nullable [] bias() {
        return bias;
    }
}
