/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Layers in runs, by the entropy of their hidden states, and how many tokens a prefill goes on with in each (ALGORITHMS 3.5). The stage of each layer,
 * rising from 0.
 */
public record LayerStages(List<Integer> stageOfLayer) {
    public LayerStages {
        stageOfLayer = List.copyOf(stageOfLayer);
        for (int layer = 0; layer < stageOfLayer.size(); layer++) {
            int step = stageOfLayer.get(layer) - (layer == 0 ? 0 : stageOfLayer.get(layer - 1));
            if (step < 0 || step > (layer == 0 ? 0 : 1)) {
                throw new IllegalArgumentException("stages of layers " + stageOfLayer);
            }
        }
        if (stageOfLayer.isEmpty()) {
            throw new IllegalArgumentException("stages of no layers");
        }
    }

    /** A new stage begins where a layer's entropy lies more than {@code −threshold} below that of the one before: code uses −0.01 on means over samples. */
    public static LayerStages of(double[] entropies, double threshold) {
        int[] stages = new int[entropies.length];
        for (int layer = 1; layer < stages.length; layer++) {
            stages[layer] = stages[layer - 1] + (entropies[layer] - entropies[layer - 1] < threshold ? 1 : 0);
        }
        return new LayerStages(IntStream.of(stages).boxed().toList());
    }

    public int nLayers() {
        return stageOfLayer.size();
    }

    public int stages() {
        return stageOfLayer.getLast() + 1;
    }

    /** Whether the sequence is shortened before this layer: the first one of a stage but the first. */
    public boolean begins(int layer) {
        return layer > 0 && !stageOfLayer.get(layer).equals(stageOfLayer.get(layer - 1));
    }

    /** Tokens of a prefill of at most {@code most} that a layer sees: {@code least} in the last stage, in even steps up to all in the first. */
    public int kept(int layer, int least, int most) {
        int last = stages() - 1;
        int stage = stageOfLayer.get(layer);
        return stage == 0 ? most : least + (most - least) / last * (last - stage);
    }
}
