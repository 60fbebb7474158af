/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import io.headwater.compression.KvPolicy;
import io.headwater.deploy.cli.CompressionFlags;
import io.headwater.deploy.cli.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which policies are compared, at which budgets. The policies come from {@code --kv-policy}, which can be repeated here. */
public final class VariantFlags {
    @Option(
            names = "--keep",
            split = ",",
            paramLabel = "SHARE",
            description =
                    "in place of --kv-budget: shares of the tokens that each head keeps, such as 0.5,0.25,0.1,0.05")
    private List<Double> keep = List.of();

    /** Whether any were given. */
    public boolean given() {
        return !keep.isEmpty();
    }

    /**
     * Every policy at every budget, policy by policy, after {@link Variant#FULL}.
     *
     * @throws UserError that says in one line what is wrong
     */
    public List<Variant> variants(CompressionFlags compression) {
        Map<String, KvPolicy> policies = compression.policies();
        if (policies.isEmpty()) {
            throw new UserError(
                    "nothing to compare: give --kv-policy, once for each policy ('headwater policies' lists them)");
        }
        List<Budget> budgets = budgets(compression.budgets());
        List<Variant> variants = new ArrayList<>();
        variants.add(Variant.FULL);
        policies.forEach((label, policy) -> {
            for (Budget budget : budgets) {
                if (!policy.none()) {
                    variants.add(checked(new Variant(label, policy, budget)));
                }
            }
        });
        return variants;
    }

    private List<Budget> budgets(List<Integer> entries) {
        if (!entries.isEmpty() && !keep.isEmpty()) {
            throw new UserError("--kv-budget and --keep say the same in two ways: give one of them");
        }
        for (double share : keep) {
            if (!(share > 0 && share <= 1)) {
                throw new UserError("--keep " + share + ": give shares above 0, at most 1");
            }
        }
        if (!keep.isEmpty()) {
            return keep.stream().<Budget>map(Budget.Share::new).toList();
        }
        List<Integer> asked = entries.isEmpty() ? List.of(CompressionFlags.DEFAULT_BUDGET) : entries;
        return asked.stream().<Budget>map(Budget.Entries::new).toList();
    }

    private static Variant checked(Variant variant) {
        if (variant.budget() instanceof Budget.Entries(int count)
                && count < variant.policy().leastBudget()) {
            throw new UserError("--kv-budget " + count + ": " + variant.label() + " protects "
                    + (variant.policy().leastBudget() - 1) + " entries (sinks and window): give at least "
                    + variant.policy().leastBudget());
        }
        return variant;
    }
}
