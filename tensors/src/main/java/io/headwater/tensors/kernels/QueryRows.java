/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/**
 * Query rows that read one KV head, and what attention makes of them: per chunk of {@link Attention#CHUNK_ENTRIES} entries the
 * maximum, the sum of exponentials and the weighted values, and at the end (M, S) and the output. A reused buffer.
 *
 * <p>Several workers may work on different chunks of the same rows; a barrier lies between that and the merge.
 */
public final class QueryRows {
    private final int paddedDim;
    private final int capacityChunks;
    private final float[] queries;
    private final int[] queryOffsets;
    private final int[] visible;
    private final float[] chunkMax;
    private final float[] chunkSum;
    private final float[] chunkValues;
    private final float[] max;
    private final float[] sum;
    private float[] weights = new float[0];
    private int keptRows;
    private int rows;

    /** {@code queries} is shared: each row is {@code headDim} floats somewhere in it, scaled by 1/√headDim. */
    public QueryRows(float[] queries, int capacityRows, int capacityChunks, KvLayout layout) {
        this(queries, capacityRows, capacityChunks, layout.paddedDim());
    }

    private QueryRows(float[] queries, int capacityRows, int capacityChunks, int paddedDim) {
        this.queries = queries;
        this.paddedDim = paddedDim;
        this.capacityChunks = capacityChunks;
        this.queryOffsets = new int[capacityRows];
        this.visible = new int[capacityRows];
        this.chunkMax = new float[Math.multiplyExact(capacityRows, capacityChunks)];
        this.chunkSum = new float[chunkMax.length];
        this.chunkValues = new float[Math.multiplyExact(chunkMax.length, paddedDim)];
        this.max = new float[capacityRows];
        this.sum = new float[capacityRows];
    }

    /** Rows for {@link Scores}: no room for weighted values. */
    public static QueryRows withoutValues(float[] queries, int capacityRows, int capacityChunks) {
        return new QueryRows(queries, capacityRows, capacityChunks, 0);
    }

    public void clear() {
        rows = 0;
    }

    /** Adds a row that sees entries [0, visible); rows are added with {@code visible} rising. */
    public void add(int queryOffset, int visibleEntries) {
        if (rows > 0 && visible[rows - 1] > visibleEntries) {
            throw new IllegalArgumentException("visibleEntries=" + visibleEntries + " after " + visible[rows - 1]);
        }
        queryOffsets[rows] = queryOffset;
        visible[rows] = visibleEntries;
        rows++;
    }

    public int rows() {
        return rows;
    }

    public float[] queries() {
        return queries;
    }

    public int queryOffset(int row) {
        return queryOffsets[row];
    }

    public int visible(int row) {
        return visible[row];
    }

    /** Entries of a chunk that a row sees. */
    public int visibleIn(int row, int chunk) {
        return Math.clamp(visible[row] - chunk * Attention.CHUNK_ENTRIES, 0, Attention.CHUNK_ENTRIES);
    }

    /** Chunks that a row sees anything of. */
    public int chunks(int row) {
        return (visible[row] + Attention.CHUNK_ENTRIES - 1) / Attention.CHUNK_ENTRIES;
    }

    /**
     * From now on, where there are no more than {@code most} rows, {@link Attention} and {@link Scores#totals} leave the entries' weights e^(z − m)
     * here, members' included, and {@link Scores#columns} takes them from here instead of multiplying again. 0: no more.
     */
    public void keepWeights(int most) {
        int needed = Math.multiplyExact(Math.multiplyExact(most, capacityChunks), Attention.CHUNK_ENTRIES);
        if (weights.length < needed) {
            weights = new float[needed];
        }
        keptRows = most;
    }

    /** Whether the weights of these rows are kept. */
    public boolean keepsWeights() {
        return rows <= keptRows;
    }

    /** Keeps the weights of a row's chunk, if these rows' are kept. */
    public void keepWeights(int row, int chunk, float[] e, int at) {
        if (keepsWeights()) {
            System.arraycopy(e, at, weights, weightsAt(row, chunk), visibleIn(row, chunk));
        }
    }

    /** Where all kept weights are; those of a row's chunk from {@link #weightsAt} on. */
    public float[] weights() {
        return weights;
    }

    public int weightsAt(int row, int chunk) {
        return chunkIndex(row, chunk) * Attention.CHUNK_ENTRIES;
    }

    public int paddedDim() {
        return paddedDim;
    }

    /** Index of a row's chunk in {@link #chunkMax()} and {@link #chunkSum()}. */
    public int chunkIndex(int row, int chunk) {
        return row * capacityChunks + chunk;
    }

    public float[] chunkMax() {
        return chunkMax;
    }

    public float[] chunkSum() {
        return chunkSum;
    }

    /** Weighted values {@code [rows, chunks, paddedDim]}. */
    public float[] chunkValues() {
        return chunkValues;
    }

    /** M of each row, after the merge. */
    public float[] max() {
        return max;
    }

    /** S of each row, after the merge. */
    public float[] sum() {
        return sum;
    }
}
