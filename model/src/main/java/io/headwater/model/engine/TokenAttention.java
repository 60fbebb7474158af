/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.entropy.TokenImportance;
import io.headwater.compression.scores.WindowAttention;
import io.headwater.model.kvcache.HeadCache;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.QueryGroup;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One worker's sums, over heads, of the attention that the last queries pay to the last tokens. Its room is there from the first head on. */
final class TokenAttention {
    private static final int LEAST_ENTRIES = 1024;
    private static final float[] NO_ROOM = {};

    private final Kernels kernels;
    private final KvLayout layout;
    private final int groupSize;
    private @Nullable WindowAttention attention;
    private float[] window = NO_ROOM;
    private float[] ofEntries = NO_ROOM;
    private float[] ofTokens = NO_ROOM;
    private long[] total = {};
    private int tokens;

    TokenAttention(Kernels kernels, KvLayout layout, int groupSize) {
        this.kernels = kernels;
        this.layout = layout;
        this.groupSize = groupSize;
    }

    /** No head yet, of so many tokens. */
    void clear(int count) {
        tokens = count;
        if (total.length < count) {
            total = new long[count];
            ofTokens = new float[count];
        }
        Arrays.fill(total, 0, count, 0);
    }

    /** A head whose last entries are the tokens. */
    void add(HeadCache head) {
        WindowAttention sums = attention(head.length());
        if (window.length < head.windowFloats()) {
            window = new float[head.windowFloats()];
        }
        head.lendWindow(window);
        sums.sum(head, ofEntries);
        head.lendWindow(NO_ROOM);
        System.arraycopy(ofEntries, head.length() - tokens, ofTokens, 0, tokens);
        TokenImportance.add(ofTokens, tokens, total);
    }

    private WindowAttention attention(int entries) {
        if (attention == null || ofEntries.length < entries) {
            int room = Math.max(LEAST_ENTRIES, Integer.highestOneBit(entries) << 1);
            ofEntries = new float[room];
            attention = new WindowAttention(kernels, layout, QueryGroup.mean(groupSize), room);
        }
        return attention;
    }

    /** Adds the sums to others. */
    void addTo(long[] sums) {
        for (int token = 0; token < tokens; token++) {
            sums[token] += total[token];
        }
    }
}
