/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;
import io.headwater.compression.Rotation;
import io.headwater.tensors.kernels.ExactExp;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import java.util.Arrays;

/**
 * The attention that future queries will pay if they are distributed as the last ones (ALGORITHMS 5.3): softmax over the entries but
 * the sinks of {@code μ·k + kᵀΣk/2}, mean over the group, times the value's norm. No attention matrix.
 */
public final class ExpectedAttention implements EntryScore {
    /** {@code sinks}: entries, and queries at positions, that take no part. */
    public record Options(int sinks, int future, boolean covariance, boolean valueNorm, float epsilon) {}

    private final Options options;
    private final int groupSize;
    private final int dim;
    private final FutureRotation future;
    private final QueryStatistics statistics;
    private final KeyProducts products;
    private final float[] logits;
    private final float[] vector;

    public ExpectedAttention(
            Options options, Kernels kernels, KvLayout layout, int groupSize, int capacity, Rotation rotation) {
        this.options = options;
        this.groupSize = groupSize;
        dim = layout.headDim();
        future = new FutureRotation(rotation, dim, options.future());
        statistics = new QueryStatistics(rotation, dim, options.sinks());
        products = new KeyProducts(kernels, layout, dim + 1, capacity);
        logits = new float[capacity];
        vector = new float[dim];
    }

    @Override
    public void score(CompressibleHead head, float[] scores) {
        int n = head.length();
        int next = head.position(n - 1) + 1;
        int from = Math.min(options.sinks(), n - 1);
        Arrays.fill(scores, 0, n, 0f);
        double[] map = future.at(next);
        for (int member = 0; member < groupSize; member++) {
            statistics.gather(head, member, groupSize, next);
            statistics.turn(map);
            logits(head, n);
            addSoftmax(from, n, scores);
        }
        for (int entry = from; entry < n; entry++) {
            scores[entry] /= groupSize;
            if (options.valueNorm()) {
                EntryReader.value(head, entry, vector, 0);
                scores[entry] = (scores[entry] + options.epsilon()) * EntryReader.norm(vector, 0, dim);
            }
        }
    }

    /** Rows are those of Σ and, last, μ; the queries that they come from are scaled already. */
    private void logits(CompressibleHead head, int n) {
        float[] rows = products.rows();
        int statisticsRows = options.covariance() ? dim : 0;
        for (int i = 0; i < statisticsRows * dim; i++) {
            rows[i] = (float) (statistics.covariance[i] / 2);
        }
        for (int i = 0; i < dim; i++) {
            rows[statisticsRows * dim + i] = (float) statistics.mean[i];
        }
        products.multiply(head, statisticsRows + 1, n);
        System.arraycopy(products.products(), products.at(statisticsRows), logits, 0, n);
        for (int entry = 0; entry < n && statisticsRows > 0; entry++) {
            EntryReader.key(head, entry, vector, 0);
            for (int d = 0; d < dim; d++) {
                logits[entry] = Math.fma(vector[d], products.products()[products.at(d) + entry], logits[entry]);
            }
        }
    }

    private void addSoftmax(int from, int to, float[] scores) {
        float max = Float.NEGATIVE_INFINITY;
        for (int entry = from; entry < to; entry++) {
            max = Math.max(max, logits[entry]);
        }
        double sum = 0;
        for (int entry = from; entry < to; entry++) {
            logits[entry] = ExactExp.exp(logits[entry] - max);
            sum += logits[entry];
        }
        for (int entry = from; entry < to; entry++) {
            scores[entry] += (float) (logits[entry] / sum);
        }
    }
}
