/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import io.headwater.compression.KvPolicy;

/**
 * EMS's choices after scoring (ALGORITHMS 1.2.2 to 1.2.4; a reconstruction): {@code rho} the share of mass that is kept or merged,
 * {@code gamma} the cap in multiples of what is kept, {@code most} that in entries, {@code tau} the zero class's similarity,
 * {@code expanded} whether merged entries go on attending.
 */
public record MergeOptions(
        float rho,
        float gamma,
        int most,
        float tau,
        boolean meanNorm,
        boolean mergeKeys,
        boolean usePosition,
        boolean countBias,
        boolean expanded) {

    /** Options of policy {@code ems}; with {@code storage=off} nothing is ever merged. */
    public static MergeOptions of(KvPolicy policy) {
        return new MergeOptions(
                policy.decimal("rho"),
                policy.word("storage").equals("off") ? 0 : policy.decimal("gamma"),
                policy.whole("merged", Integer.MAX_VALUE),
                policy.decimal("tau"),
                policy.word("norm-rule").equals("mean"),
                policy.on("merge-keys"),
                policy.on("use-position"),
                policy.word("bias").equals("log-count"),
                policy.word("storage").equals("expanded"));
    }
}
