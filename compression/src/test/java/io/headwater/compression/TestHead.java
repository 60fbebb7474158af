/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static io.headwater.tensors.kernels.KvLayout.BLOCK_ENTRIES;

import io.headwater.compression.scores.EntryReader;
import io.headwater.tensors.kernels.KvLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A head in memory, in blocks as the real one has them, that is NaN wherever nothing was stored. */
public final class TestHead implements CompressibleHead {
    private final KvLayout layout;
    private final int capacity;
    private final MemorySegment memory;
    private final int[] positions;
    private final float[] columnSums;
    private final float[] state;
    private final float[] moved;
    private float @Nullable [] bias;
    private float[] windowQueries = new float[0];
    private int windowLength;
    private int length;

    public TestHead(KvLayout layout, int capacity) {
        this.layout = layout;
        this.capacity = capacity;
        memory = Arena.ofAuto().allocate((long) (capacity / BLOCK_ENTRIES + 1) * layout.blockBytes(), 64);
        memory.fill((byte) -1);
        positions = new int[capacity];
        columnSums = new float[capacity];
        state = new float[capacity];
        moved = new float[layout.headDim()];
        Arrays.fill(state, Float.NaN);
    }

    /** Appends an entry. */
    public void append(float[] key, float[] value, int position) {
        int entry = length++;
        positions[entry] = position;
        columnSums[entry] = 0;
        state[entry] = Float.NaN;
        if (bias != null) {
            bias[entry] = 0;
        }
        key(entry, key, 0);
        value(entry, value, 0);
    }

    /** {@code [rows, groupSize, headDim]}, scaled. */
    public void window(float[] queries, int rows) {
        windowQueries = queries;
        windowLength = rows;
    }

    public int[] keptPositions() {
        return Arrays.copyOf(positions, length);
    }

    public float[] key(int entry) {
        float[] key = new float[layout.headDim()];
        for (int d = 0; d < key.length; d++) {
            key[d] = layout.key(memory, at(entry), entry % BLOCK_ENTRIES, d);
        }
        return key;
    }

    public float[] value(int entry) {
        float[] value = new float[layout.headDim()];
        for (int d = 0; d < value.length; d++) {
            value[d] = layout.value(memory, at(entry), entry % BLOCK_ENTRIES, d);
        }
        return value;
    }

    private long at(int entry) {
        return block(entry / BLOCK_ENTRIES);
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public int position(int entry) {
        return positions[entry];
    }

    @Override
    public float columnSum(int entry) {
        return columnSums[entry];
    }

    @Override
    public void columnSum(int entry, float value) {
        columnSums[entry] = value;
    }

    @Override
    public float state(int index, int entry) {
        return state[entry];
    }

    @Override
    public void state(int index, int entry, float value) {
        state[entry] = value;
    }

    @Override
    public float[] windowQueries() {
        return windowQueries;
    }

    @Override
    public int windowLength() {
        return windowLength;
    }

    @Override
    public void keep(int[] kept, int count) {
        for (int i = 0; i < count; i++) {
            int from = kept[i];
            if ((i > 0 && from <= kept[i - 1]) || from >= length) {
                throw new AssertionError("kept " + Arrays.toString(Arrays.copyOf(kept, count)) + " of " + length);
            }
            EntryReader.key(this, from, moved, 0);
            key(i, moved, 0);
            EntryReader.value(this, from, moved, 0);
            value(i, moved, 0);
            positions[i] = positions[from];
            columnSums[i] = columnSums[from];
            state[i] = state[from];
            if (bias != null) {
                bias[i] = bias[from];
            }
        }
        length = count;
    }

    @Override
    public void key(int entry, float[] key, int offset) {
        layout.storeKey(memory, at(entry), entry % BLOCK_ENTRIES, key, offset);
    }

    @Override
    public void value(int entry, float[] value, int offset) {
        layout.storeValue(memory, at(entry), entry % BLOCK_ENTRIES, value, offset);
    }

    @Override
    public void bias(int entry, float newBias) {
        if (bias == null) {
            bias = new float[capacity];
        }
        bias[entry] = newBias;
    }

    @Override
    public KvLayout layout() {
        return layout;
    }

    @Override
    public MemorySegment memory() {
        return memory;
    }

    @Override
    public long block(int index) {
        return (long) index * layout.blockBytes();
    }

    @Override
    public float @Nullable [] bias() {
        return bias;
    }

    /** Everything that an entry has, as bits, for comparison. */
    public String fingerprint() {
        StringBuilder text = new StringBuilder();
        for (int entry = 0; entry < length; entry++) {
            text.append(positions[entry])
                    .append(' ')
                    .append(Arrays.hashCode(key(entry)))
                    .append(' ')
                    .append(Arrays.hashCode(value(entry)))
                    .append(' ')
                    .append(columnSums[entry])
                    .append(' ')
                    .append(state[entry])
                    .append(' ')
                    .append(bias == null ? 0f : bias[entry])
                    .append('\n');
        }
        return text.toString();
    }
}
