/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import static io.headwater.tensors.kernels.Attention.CHUNK_ENTRIES;

import io.headwater.compression.CompressibleHead;
import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.QueryGroup;
import io.headwater.tensors.kernels.QueryRows;
import java.util.Arrays;

/**
 * Attention of a head's last queries to its cache as it now is: probabilities over all entries that a query may see, reduced over
 * the group, summed per entry in ascending query order (DESIGN 5.6, ALGORITHMS 0.3). Never a matrix: some 64 rows at a time.
 */
public final class WindowAttention {
    private static final int ROWS_AT_ONCE = 64;

    private final Kernels kernels;
    private final QueryGroup group;
    private final int headDim;
    private final int tokensAtOnce;
    private final float[] queries;
    private final QueryRows rows;
    private final AttentionScratch scratch;

    public WindowAttention(Kernels kernels, KvLayout layout, QueryGroup group, int capacityEntries) {
        this.kernels = kernels;
        this.group = group;
        this.headDim = layout.headDim();
        tokensAtOnce = Math.max(1, ROWS_AT_ONCE / group.size());
        int capacityRows = tokensAtOnce * group.size();
        queries = new float[capacityRows * headDim];
        rows = QueryRows.withoutValues(queries, capacityRows, capacityEntries / CHUNK_ENTRIES + 1);
        rows.keepWeights(capacityRows);
        scratch = new AttentionScratch(capacityRows, layout);
    }

    /** Fills {@code sums[0 … head.length())}; returns how many queries were summed. */
    public int sum(CompressibleHead head, float[] sums) {
        return sum(head, 0, sums);
    }

    /** The same without the window's first {@code from} queries. */
    public int sum(CompressibleHead head, int from, float[] sums) {
        Arrays.fill(sums, 0, head.length(), 0f);
        int window = head.windowLength();
        int firstPosition = head.position(head.length() - 1) + 1 - window;
        int visible = 0;
        int summed = 0;
        for (int token = from; token < window; token += tokensAtOnce) {
            int tokens = Math.min(tokensAtOnce, window - token);
            int floats = tokens * group.size() * headDim;
            System.arraycopy(head.windowQueries(), token * group.size() * headDim, queries, 0, floats);
            rows.clear();
            for (int i = 0; i < tokens; i++) {
                visible = visibleAt(head, firstPosition + token + i, visible);
                if (visible > 0) {
                    addGroup(i, visible);
                    summed++;
                }
            }
            addColumns(head, visible, sums);
        }
        return summed;
    }

    private static int visibleAt(CompressibleHead head, int position, int atLeast) {
        int visible = atLeast;
        while (visible < head.length() && head.position(visible) <= position) {
            visible++;
        }
        return visible;
    }

    private void addGroup(int token, int visible) {
        for (int i = 0; i < group.size(); i++) {
            rows.add((token * group.size() + i) * headDim, visible);
        }
    }

    private void addColumns(CompressibleHead head, int visible, float[] sums) {
        int chunks = (visible + CHUNK_ENTRIES - 1) / CHUNK_ENTRIES;
        for (int chunk = 0; chunk < chunks; chunk++) {
            kernels.scores().totals(head, chunk, rows, scratch);
        }
        for (int row = 0; row < rows.rows(); row++) {
            kernels.scores().merge(rows, row);
        }
        for (int chunk = 0; chunk < chunks; chunk++) {
            kernels.scores().columns(head, chunk, rows, group, scratch, sums);
        }
    }
}
