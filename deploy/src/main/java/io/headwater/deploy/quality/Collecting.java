/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.deploy.cli.UserError;
import io.headwater.model.kvcache.KvOptions;
import java.util.List;

/** How a cache is kept that will be forked: uncompressed, with all that any of the policies needs to know of its entries. */
final class Collecting {
    private Collecting() {}

    static KvOptions of(List<Variant> variants, int contextLength) {
        int window = variants.stream().mapToInt(v -> v.policy().window()).max().orElse(0);
        boolean reconstructs = variants.stream().anyMatch(v -> v.policy().reconstructs());
        if (reconstructs || variants.stream().anyMatch(v -> v.policy().columnSums())) {
            String score = reconstructs ? ",score=reconstruction" : "";
            return options("ems:window=" + Math.max(1, window) + score, contextLength);
        }
        if (window > 0) {
            return options("expected-attention:window=" + Math.max(2, window), contextLength);
        }
        return variants.stream().allMatch(v -> v.policy().none())
                ? KvOptions.NONE
                : options("streaming-llm", contextLength);
    }

    private static KvOptions options(String policy, int contextLength) {
        try {
            KvPolicy collecting = KvPolicy.parse(policy);
            int budget = Math.max(contextLength, collecting.leastBudget());
            return new KvOptions(collecting, budget, KvOptions.DEFAULT_INTERVAL, Integer.MAX_VALUE);
        } catch (PolicyException e) {
            throw new UserError("these policies cannot be compared in one run: " + e.getMessage(), e);
        }
    }
}
