/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.compression.entropy.HeadLabels;
import io.headwater.compression.entropy.PrefillStages;
import io.headwater.compression.entropy.PrefillStages.Stage;
import java.util.List;

/** Policies for tiny models of two layers of three KV heads, with head groups and two stages where they ask for them. */
public final class CalibratedPolicies {
    private CalibratedPolicies() {}

    /** Another head is the best in each layer; with two groups the other two are alike. */
    public static KvPolicy parse(String text) throws PolicyException {
        KvPolicy policy = KvPolicy.parse(text);
        int groups = policy.groupsToCalibrate();
        List<Integer> labels = groups == 2 ? List.of(0, 0, 1, 1, 0, 0) : List.of(0, 1, 2, 2, 0, 1);
        KvPolicy labelled = groups == 0 ? policy : policy.calibrated(new HeadLabels(groups, 3, labels));
        return policy.stagesToCalibrate()
                ? labelled.staged(new PrefillStages(2, List.of(new Stage(1, policy.whole("min-tokens", 0)))))
                : labelled;
    }
}
