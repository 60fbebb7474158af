/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import io.headwater.compression.PolicyException;
import java.util.List;

/**
 * What {@code uncomp} has to know of a model beforehand: which heads have how much to say, and where prefill may be shortened.
 *
 * @param modelSha256 of the model file, lower-case hexadecimal: a calibration is that of one file
 * @param groups head groups in each layer
 * @param headGroups {@code [layer][KV head]}: 0, the lowest entropies, to {@code groups − 1}
 */
public record Calibration(String modelSha256, int groups, List<List<Integer>> headGroups, LayerStages stages) {
    private static final int SHA256_DIGITS = 64;

    public Calibration {
        headGroups = headGroups.stream().map(List::copyOf).toList();
        if (modelSha256.length() != SHA256_DIGITS || !modelSha256.matches("[0-9a-f]*")) {
            throw new IllegalArgumentException("modelSha256=" + modelSha256);
        }
        if (!GroupWeights.known(groups)) {
            throw new IllegalArgumentException("groups=" + groups);
        }
        if (headGroups.isEmpty() || headGroups.size() != stages.nLayers()) {
            throw new IllegalArgumentException(
                    "groups of " + headGroups.size() + " layers, stages of " + stages.nLayers());
        }
        int heads = headGroups.getFirst().size();
        for (List<Integer> layer : headGroups) {
            if (layer.size() != heads || layer.isEmpty()) {
                throw new IllegalArgumentException("layers of " + heads + " and of " + layer.size() + " heads");
            }
            for (int group : layer) {
                if (group < 0 || group >= groups) {
                    throw new IllegalArgumentException("head group " + group + " of " + groups);
                }
            }
        }
    }

    public int nLayers() {
        return headGroups.size();
    }

    public int kvHeads() {
        return headGroups.getFirst().size();
    }

    /** The group of a head; {@code kvHead} counts over the whole layer. */
    public int group(int layer, int kvHead) {
        return headGroups.get(layer).get(kvHead);
    }

    /** Refuses a calibration of another model than the one that runs, in one line for the user. */
    public void checkFor(String sha256, int layers, int heads) throws PolicyException {
        if (!modelSha256.equals(sha256)) {
            throw new PolicyException("the calibration is one of another model: it names the file with sha256 "
                    + modelSha256 + ", this one has " + sha256 + "; run headwater calibrate for this model");
        }
        if (nLayers() != layers || kvHeads() != heads) {
            throw new PolicyException("the calibration has " + nLayers() + " layers of " + kvHeads()
                    + " KV heads, the model has " + layers + " of " + heads + "; run headwater calibrate again");
        }
    }
}
