/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import io.headwater.compression.KvPolicy;
import io.headwater.deploy.calibration.Calibrations;
import io.headwater.deploy.cli.CompressionFlags;
import io.headwater.model.kvcache.KvOptions;
import java.util.List;
import java.util.Optional;

/**
 * A way to keep a cache.
 *
 * @param label the policy as it was written
 */
public record Variant(String label, KvPolicy policy, Budget budget) {
    /** The full cache, which the others are measured by. */
    public static final Variant FULL = new Variant("none", KvPolicy.NONE, new Budget.Share(1));

    /** Those variants with the head groups of a model. */
    public static List<Variant> calibrated(List<Variant> variants, Calibrations calibrations) {
        return variants.stream()
                .map(v -> new Variant(v.label, calibrations.calibrated(v.policy), v.budget))
                .toList();
    }

    /** How a cache is kept that is compressed once, after so many tokens; empty if the policy protects more entries than its budget has. */
    Optional<KvOptions> options(int tokens) {
        if (policy.none()) {
            return Optional.of(KvOptions.NONE);
        }
        int entries = budget.entries(tokens);
        return entries < policy.leastBudget()
                ? Optional.empty()
                : Optional.of(new KvOptions(policy, entries, KvOptions.DEFAULT_INTERVAL, Integer.MAX_VALUE));
    }

    /** How a session's cache is kept that is compressed again and again; the budget is in entries, the policy not {@code none}. */
    KvOptions options(CompressionFlags compression) {
        return compression.kvOptions(policy, budget.entries(0));
    }
}
