/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The object of {@code bench --json}.
 *
 * @param prefill tokens/s of each repetition, all sequences together
 * @param decode the same
 * @param decodeSingle the same of one sequence alone, where several were asked for
 * @param bandwidthGbS what this machine can read, GB/s
 * @param bandwidthShare of it, what decode reads of weights
 * @param weightsGbS weights that decode reads, GB/s
 * @param weightBytes that one step reads
 * @param computeMs per decoded token, as are the next two
 * @param exchangeBytes that the plan's leader sends
 * @param compression what else there is to tell of a policy, if there is one
 */
record BenchResult(
        String model,
        String kernels,
        int nodes,
        int threads,
        BenchPlan plan,
        List<Double> prefill,
        List<Double> decode,
        List<Double> decodeSingle,
        double bandwidthGbS,
        double bandwidthShare,
        double weightsGbS,
        long weightBytes,
        double computeMs,
        double exchangeMs,
        long exchangeBytes,
        CompressionShare compressionShare,
        @Nullable CompressionResult compression) {
    BenchResult {
        prefill = List.copyOf(prefill);
        decode = List.copyOf(decode);
        decodeSingle = List.copyOf(decodeSingle);
    }

    /** Share of the time that compression takes: none without a policy. */
    record CompressionShare(double prefill, double decode) {}

    /** How many times faster all sequences together are than one alone; 0 if there was only one. */
    double ratio() {
        return decodeSingle.isEmpty() ? 0 : mean(decode) / mean(decodeSingle);
    }

    static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    /** Of a sample: divided by n − 1; 0 for a single value. */
    static double deviation(List<Double> values) {
        double mean = mean(values);
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return values.size() < 2 ? 0 : Math.sqrt(squares / (values.size() - 1));
    }
}
