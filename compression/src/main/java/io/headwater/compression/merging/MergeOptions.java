/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.KvPolicy;

/**
 * EMS's choices after scoring (ALGORITHMS 1.2.2 to 1.2.4; a reconstruction): {@code rho} the share of mass that is kept or merged,
 * {@code gamma} the cap in multiples of what is kept, {@code tau} the zero class's similarity.
 */
public record MergeOptions(
        float rho,
        float gamma,
        float tau,
        boolean meanNorm,
        boolean mergeKeys,
        boolean usePosition,
        boolean countBias) {

    /** Options of policy {@code ems}; with {@code storage=off} nothing is ever merged. */
    public static MergeOptions of(KvPolicy policy) {
        return new MergeOptions(
                policy.decimal("rho"),
                policy.word("storage").equals("off") ? 0 : policy.decimal("gamma"),
                policy.decimal("tau"),
                policy.word("norm-rule").equals("mean"),
                policy.on("merge-keys"),
                policy.on("use-position"),
                policy.word("bias").equals("log-count"));
    }
}
