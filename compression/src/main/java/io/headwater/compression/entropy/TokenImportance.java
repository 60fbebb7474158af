/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import java.util.Arrays;

/**
 * Which tokens a prefill goes on with at the first layer of a stage (ALGORITHMS 3.5): those that the last queries of the layer before attended to, over
 * all its heads. Each head's attention becomes whole numbers of 2⁻⁴⁰ before heads are added up, so that the sum over heads and shards has no order.
 */
public final class TokenImportance {
    private static final double UNITS = 1L << 40;
    private static final float MOST = 1 << 22;

    private TokenImportance() {}

    /** Adds what a head's last queries paid to each of {@code n} tokens; together fewer than 2²² over all heads. */
    public static void add(float[] attention, int n, long[] total) {
        for (int token = 0; token < n; token++) {
            if (!(Math.abs(attention[token]) < MOST)) {
                throw new IllegalArgumentException("attention " + attention[token] + " to token " + token);
            }
            total[token] += Math.round(attention[token] * UNITS);
        }
    }

    /**
     * The {@code count} best of {@code total[0 … n)}, ascending, the last {@code recent} always among them; of equal ones the earlier token. The recent
     * ones are a choice of ours: the queries that go on must be those that asked.
     */
    public static int[] best(long[] total, int n, int count, int recent) {
        int kept = Math.min(n, count);
        int candidates = n - Math.min(kept, recent);
        int wanted = kept - (n - candidates);
        long parting = parting(total, candidates, wanted);
        int equal = wanted - count(total, candidates, parting + 1);
        int[] best = new int[kept];
        int at = 0;
        for (int token = 0; token < n; token++) {
            boolean tie = token < candidates && total[token] == parting && equal > 0;
            if (token >= candidates || total[token] > parting || tie) {
                best[at++] = token;
                equal -= tie ? 1 : 0;
            }
        }
        return best;
    }

    /** The largest value that at least {@code wanted} tokens reach; above all of them if none are wanted. */
    private static long parting(long[] total, int n, int wanted) {
        long low = Arrays.stream(total, 0, n).min().orElse(0);
        long high = Arrays.stream(total, 0, n).max().orElse(0) + 1;
        if (wanted == 0) {
            return high;
        }
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (count(total, n, middle) >= wanted) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static int count(long[] total, int n, long atLeast) {
        int count = 0;
        for (int token = 0; token < n; token++) {
            count += total[token] >= atLeast ? 1 : 0;
        }
        return count;
    }
}
