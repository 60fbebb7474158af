/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A random KV head and query rows of which the last sees all entries, the others more and more of them or all too. */
final class AttentionCase {
    final KvLayout layout;
    final int length;
    final int[] visible;
    final float[] keys;
    final float[] values;
    final float[] queries;
    final float @Nullable [] bias;
    final TestKv kv;

    /** Rows of a prompt: they see more and more entries. */
    AttentionCase(KvLayout layout, int length, int rows, boolean withBias, long seed) {
        this(layout, rising(length, rows, seed), withBias, seed);
    }

    /** Rows of one token, hence a group of query heads: all see all entries. */
    static AttentionCase ofOneToken(KvLayout layout, int length, int rows, boolean withBias, long seed) {
        int[] visible = new int[rows];
        Arrays.fill(visible, length);
        return new AttentionCase(layout, visible, withBias, seed);
    }

    /** Tokens of a prompt, each with the rows of a group of query heads. */
    static AttentionCase ofGroups(KvLayout layout, int length, int tokens, int groupSize, boolean withBias, long seed) {
        int[] tokensSee = rising(length, tokens, seed);
        int[] visible = new int[tokens * groupSize];
        Arrays.setAll(visible, row -> tokensSee[row / groupSize]);
        return new AttentionCase(layout, visible, withBias, seed);
    }

    private AttentionCase(KvLayout layout, int[] visible, boolean withBias, long seed) {
        Random random = new Random(seed);
        int dim = layout.headDim();
        int rows = visible.length;
        this.layout = layout;
        this.visible = visible;
        length = visible[rows - 1];
        keys = Inputs.gaussian(random, length * dim);
        values = Inputs.gaussian(random, length * dim);
        queries = Inputs.gaussian(random, rows * (dim + 1)); // rows apart, at odd offsets
        for (int i = 0; i < queries.length; i++) {
            queries[i] *= (float) (1 / Math.sqrt(dim));
        }
        bias = withBias ? Inputs.gaussian(random, length) : null;
        kv = TestKv.of(layout, keys, values, bias);
    }

    private static int[] rising(int length, int rows, long seed) {
        int[] visible = new Random(seed).ints(rows, 1, length + 1).sorted().toArray();
        visible[rows - 1] = length;
        return visible;
    }

    int chunks() {
        return (length + Attention.CHUNK_ENTRIES - 1) / Attention.CHUNK_ENTRIES;
    }

    int queryOffset(int row) {
        return row * (layout.headDim() + 1);
    }

    /** Attends rows [from, to) in one call per chunk, in buffers full of garbage. */
    Result attend(Attention attention, int from, int to) {
        return attend(attention, from, to, 0);
    }

    /** As the other; weights are kept where there are no more than {@code keptRows}. */
    Result attend(Attention attention, int from, int to, int keptRows) {
        QueryRows rows = new QueryRows(queries, to - from, chunks() + 1, layout);
        rows.keepWeights(keptRows);
        for (int row = from; row < to; row++) {
            rows.add(queryOffset(row), visible[row]);
        }
        AttentionScratch scratch = new AttentionScratch(to - from, layout);
        for (float[] dirty : new float[][] {
            rows.chunkMax(),
            rows.chunkSum(),
            rows.chunkValues(),
            scratch.scores(),
            scratch.keys(),
            scratch.values(),
            scratch.lanes()
        }) {
            Arrays.fill(dirty, Float.NaN);
        }
        for (int chunk = chunks() - 1; chunk >= 0; chunk--) { // any order, as several workers would
            attention.chunk(kv, chunk, rows, scratch);
        }
        float[] out = new float[(to - from) * layout.headDim() + 2];
        Arrays.fill(out, 5f);
        for (int row = 0; row < to - from; row++) {
            attention.merge(rows, row, out, 1 + row * layout.headDim(), layout.headDim());
        }
        return new Result(rows, out);
    }

    Result attend(Attention attention) {
        return attend(attention, 0, visible.length);
    }

    /** The rows after the merge; the output of row r is at {@code 1 + r · headDim}, and 5 lies before and behind all. */
    static final class Result {
        final QueryRows rows;
        final float[] out;

        Result(QueryRows rows, float[] out) {
            this.rows = rows;
            this.out = out;
        }
    }

    @Override
    public String toString() {
        return "%s length=%d visible=%s bias=%s".formatted(layout, length, Arrays.toString(visible), bias != null);
    }
}
