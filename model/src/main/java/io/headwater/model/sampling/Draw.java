/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import io.headwater.tensors.kernels.ExactExp;

/**
 * One draw. Rows stand in the cumulative order (logit falling, id rising) with weight exp(x − max); top-k, top-p and min-p each
 * keep a prefix of it, so together they keep the shortest:
 *
 * <ul>
 *   <li>top-k: the first k rows;
 *   <li>top-p: the fewest rows whose weights reach p of the mass: of the k rows where top-k is set, else of the vocabulary;
 *   <li>min-p: the rows of weight ≥ minP (the best row weighs 1).
 * </ul>
 *
 * <p>Then the first row whose cumulative weight exceeds u · (mass of the kept rows) is drawn. Weights are f32, their sums f64 in
 * order. This is the order of vLLM and Hugging Face: temperature first. llama.cpp cuts first and applies temperature last.
 */
final class Draw {
    private final int topK;
    private final double topP;
    private final double minP;

    Draw(SamplingOptions options, int vocabSize) {
        topK = options.topK() == 0 ? vocabSize : Math.min(options.topK(), vocabSize);
        topP = options.topP();
        minP = options.minP();
    }

    /** The token for a random number {@code u} in [0, 1); {@code mass} is Σ exp(x − max) of the vocabulary. */
    int token(RankedRows rows, float max, double mass, double u) {
        boolean cut = topK < rows.size();
        double total = cut ? massOfFirst(topK, rows, max) : mass;
        if (topP == 1 && minP == 0) {
            return first(rows, max, u * total, topK);
        }
        int kept = 0;
        double keptMass = 0;
        while (kept < topK && (topP == 1 || keptMass < topP * total)) {
            float weight = weight(rows, kept, max);
            if (weight == 0 || weight < minP) {
                break;
            }
            keptMass += weight;
            kept++;
        }
        return first(rows, max, u * keptMass, kept);
    }

    private static double massOfFirst(int count, RankedRows rows, float max) {
        double sum = 0;
        for (int rank = 0; rank < count; rank++) {
            float weight = weight(rows, rank, max);
            if (weight == 0) {
                break; // so are all that follow
            }
            sum += weight;
        }
        return sum;
    }

    /** The first of {@code count} rows whose cumulative weight exceeds {@code target}; rounding may leave the last possible one. */
    private static int first(RankedRows rows, float max, double target, int count) {
        double sum = weight(rows, 0, max);
        int rank = 0;
        while (sum <= target && rank + 1 < count) {
            float weight = weight(rows, rank + 1, max);
            if (weight == 0) {
                break;
            }
            sum += weight;
            rank++;
        }
        return rows.token(rank);
    }

    private static float weight(RankedRows rows, int rank, float max) {
        return ExactExp.exp(rows.logit(rank) - max);
    }
}
