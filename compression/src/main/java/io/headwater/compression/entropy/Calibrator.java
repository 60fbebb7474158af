/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Makes a calibration of samples' entropies (ALGORITHMS 3.2, 3.5), in the order in which they are added. Belongs to one thread. */
public final class Calibrator {
    /** Leading eigenvalues that a head's truncated entropy counts. */
    public static final int TRUNCATION = 32;

    private static final int MOST_GROUPS = 8;

    private final int nLayers;
    private final int kvHeads;
    private final int groupSize;
    /** Of the KV heads of each layer, {@code [sample][layer][KV head]}. */
    private final List<double[][]> samples = new ArrayList<>();

    private final double[] layerSums;

    /** {@code groupSize}: query heads of a KV head. */
    public Calibrator(int nLayers, int kvHeads, int groupSize) {
        this.nLayers = nLayers;
        this.kvHeads = kvHeads;
        this.groupSize = groupSize;
        this.layerSums = new double[nLayers];
    }

    /**
     * Adds a sample.
     *
     * @param queryHeads truncated entropies of the queries after RoPE, {@code [layer][query head]}
     * @param layers entropies of the hidden states that each layer gets
     */
    public void add(double[][] queryHeads, double[] layers) {
        double[][] sample = new double[nLayers][];
        for (int layer = 0; layer < nLayers; layer++) {
            if (queryHeads[layer].length != kvHeads * groupSize) {
                throw new IllegalArgumentException(queryHeads[layer].length + " query heads");
            }
            sample[layer] = HeadGroups.ofKvHeads(queryHeads[layer], groupSize);
            layerSums[layer] += layers[layer];
        }
        samples.add(sample);
    }

    /** Of all samples so far, at least one, of so many tokens each. */
    public Calibration calibration(String model, int tokens) {
        List<HeadLabels> labels = IntStream.rangeClosed(2, Math.min(kvHeads, MOST_GROUPS))
                .filter(GroupWeights::known)
                .mapToObj(this::labels)
                .toList();
        return new Calibration(
                new CalibratedOn(model, samples.size(), tokens),
                IntStream.range(0, nLayers).mapToObj(this::meanOfHeads).toList(),
                DoubleStream.of(layerSums)
                        .map(sum -> sum / samples.size())
                        .boxed()
                        .toList(),
                labels);
    }

    private List<Double> meanOfHeads(int layer) {
        double[] means = new double[kvHeads];
        for (double[][] sample : samples) {
            for (int head = 0; head < kvHeads; head++) {
                means[head] += sample[layer][head] / samples.size();
            }
        }
        return DoubleStream.of(means).boxed().toList();
    }

    private HeadLabels labels(int groups) {
        List<Integer> all = new ArrayList<>();
        for (int layer = 0; layer < nLayers; layer++) {
            int of = layer;
            int[][] votes = samples.stream()
                    .map(sample -> HeadGroups.ofSample(sample[of], groups))
                    .toArray(int[][]::new);
            IntStream.of(HeadGroups.ofSamples(votes, groups)).forEach(all::add);
        }
        return new HeadLabels(groups, kvHeads, all);
    }
}
