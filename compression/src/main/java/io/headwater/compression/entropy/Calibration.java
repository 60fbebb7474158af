/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import java.util.List;
import java.util.Optional;

/**
 * What {@code uncomp} has to know of a model beforehand: which heads have how much to say, and where prefill may be shortened.
 *
 * @param heads truncated entropies of the queries, {@code [layer][KV head]}, means over the samples
 * @param layers entropies of the hidden states that each layer gets, likewise
 * @param labels head groups by votes of the samples, for each number of groups that the heads of a layer allow
 */
public record Calibration(CalibratedOn on, List<List<Double>> heads, List<Double> layers, List<HeadLabels> labels) {
    /** Where a stage begins: UNComp's −1 on sums over 100 samples. */
    private static final double STAGE_FALL = 0.01;

    public Calibration {
        heads = heads.stream().map(List::copyOf).toList();
        layers = List.copyOf(layers);
        labels = List.copyOf(labels);
        if (heads.isEmpty() || heads.size() != layers.size()) {
            throw new IllegalArgumentException(
                    "entropies of heads in " + heads.size() + " layers, of " + layers.size() + " layers");
        }
        int kvHeads = heads.getFirst().size();
        if (kvHeads == 0 || heads.stream().anyMatch(layer -> layer.size() != kvHeads)) {
            throw new IllegalArgumentException("layers do not have " + kvHeads + " heads each");
        }
        for (HeadLabels labelled : labels) {
            if (labelled.nLayers() != heads.size() || labelled.kvHeads() != kvHeads) {
                throw new IllegalArgumentException("labels of " + labelled.nLayers() + " x " + labelled.kvHeads()
                        + " heads, entropies of " + heads.size() + " x " + kvHeads);
            }
        }
    }

    public int nLayers() {
        return heads.size();
    }

    public int kvHeads() {
        return heads.getFirst().size();
    }

    /** Where a prefill may be shortened, as the paper's code has it. */
    public LayerStages stages() {
        return stages(STAGE_FALL);
    }

    /** Where a prefill may be shortened: where the entropy falls by more than this. */
    public LayerStages stages(double fall) {
        return LayerStages.of(layers.stream().mapToDouble(Double::doubleValue).toArray(), -fall);
    }

    /**
     * A policy with all that it has to be told of the model.
     *
     * @throws PolicyException in one line for the user, if there are no such groups
     */
    public KvPolicy calibrated(KvPolicy policy) throws PolicyException {
        int groups = policy.groupsToCalibrate();
        KvPolicy calibrated = groups == 0 ? policy : policy.calibrated(labels(groups));
        return policy.stagesToCalibrate() ? calibrated.staged(stages(policy)) : calibrated;
    }

    private PrefillStages stages(KvPolicy policy) {
        LayerStages found = stages(Double.parseDouble(policy.word("stage-fall")));
        return PrefillStages.of(found, policy.whole("min-tokens", 0), policy.whole("max-tokens", 0));
    }

    /**
     * The groups of all heads.
     *
     * @throws PolicyException in one line for the user, if there are none: more groups than heads in a layer
     */
    public HeadLabels labels(int groups) throws PolicyException {
        Optional<HeadLabels> found =
                labels.stream().filter(labelled -> labelled.groups() == groups).findFirst();
        return found.orElseThrow(() -> new PolicyException("allocation=entropy with " + groups + " groups of heads: the"
                + " model has " + kvHeads() + " KV heads in a layer, its calibration has groups of "
                + labels.stream()
                        .map(labelled -> Integer.toString(labelled.groups()))
                        .toList()));
    }

    /**
     * Refuses a calibration of another model than the one that runs, in one line for the user.
     *
     * @param fingerprint of the model's file
     */
    public void checkFor(String fingerprint, int nLayers, int nKvHeads) throws PolicyException {
        if (!on.model().equals(fingerprint)) {
            throw new PolicyException("the calibration is one of another model: it names the file " + on.model()
                    + ", this one is " + fingerprint + "; run headwater calibrate for this model");
        }
        if (nLayers() != nLayers || kvHeads() != nKvHeads) {
            throw new PolicyException("the calibration has " + nLayers() + " layers of " + kvHeads()
                    + " KV heads, the model has " + nLayers + " of " + nKvHeads + "; run headwater calibrate again");
        }
    }
}
