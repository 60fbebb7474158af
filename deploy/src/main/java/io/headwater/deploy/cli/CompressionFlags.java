/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.model.kvcache.KvOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a session's cache is compressed. {@code null} means: not given. */
public final class CompressionFlags {
    /** Entries of a head where a policy is given and no budget. */
    public static final int DEFAULT_BUDGET = 256;

    private static final String NO_LIMIT = "none";

    @Option(
            names = "--kv-policy",
            paramLabel = "NAME[:OPTION=VALUE,…]",
            description =
                    "how the cache is compressed ('headwater policies' lists them; default: none, everything is kept)")
    private List<String> policies = List.of();

    @Option(names = "--kv-option", paramLabel = "OPTION=VALUE", description = "an option of the policy (repeatable)")
    private List<String> options = List.of();

    @Option(names = "--kv-window", paramLabel = "W", description = "the policy's option window")
    private @Nullable Integer window;

    @Option(
            names = "--kv-allocation",
            paramLabel = "HOW",
            description =
                    "the policy's option allocation, how heads share the budget: uniform, pyramid, adaptive, entropy, global")
    private @Nullable String allocation;

    @Option(
            names = "--kv-budget",
            split = ",",
            paramLabel = "ENTRIES",
            description =
                    "what each KV head keeps, in the mean over heads and layers (default: " + DEFAULT_BUDGET + ")")
    private List<Integer> budgets = List.of();

    @Option(
            names = "--kv-interval",
            paramLabel = "TOKENS",
            description = "tokens between two compressions while decoding (default: " + KvOptions.DEFAULT_INTERVAL
                    + ", at least " + KvOptions.LEAST_INTERVAL + ")")
    private @Nullable Integer interval;

    @Option(
            names = "--kv-prefill-limit",
            paramLabel = "TOKENS",
            description = "tokens of a prompt between two compressions, or none (default: "
                    + KvOptions.DEFAULT_PREFILL_LIMIT + ")")
    private @Nullable String prefillLimit;

    /**
     * The options that were asked for.
     *
     * @throws UserError that says in one line what is wrong
     */
    public KvOptions kvOptions() {
        return kvOptions(KvOptions.NONE);
    }

    /** As the other; what is not given is as in {@code others}, whose policy's options count only where no policy is given. */
    public KvOptions kvOptions(KvOptions others) {
        KvPolicy asked = policy(one("--kv-policy", policies), others.policy());
        @Nullable Integer budget = one("--kv-budget", budgets);
        if (asked.none() && budget != null) {
            throw new UserError("--kv-budget " + budget + ": without a policy everything is kept; give --kv-policy");
        }
        int entries = budget != null ? budget : others.full() ? DEFAULT_BUDGET : others.budget();
        return kvOptions(asked, asked.none() ? 0 : entries, others);
    }

    /**
     * A policy and a budget with the interval and the limit that were asked for; for commands that compare policies.
     *
     * @throws UserError that says in one line what is wrong
     */
    public KvOptions kvOptions(KvPolicy asked, int entries) {
        return kvOptions(asked, entries, KvOptions.NONE);
    }

    private KvOptions kvOptions(KvPolicy asked, int entries, KvOptions others) {
        try {
            return new KvOptions(asked, entries, interval == null ? others.interval() : interval, limit(others));
        } catch (IllegalArgumentException e) {
            throw new UserError("--kv-" + e.getMessage(), e);
        }
    }

    /**
     * All policies that were asked for, as they were written and with the other options in them; for commands that compare policies.
     *
     * @throws UserError that says in one line what is wrong
     */
    public Map<String, KvPolicy> policies() {
        Map<String, KvPolicy> all = new LinkedHashMap<>();
        for (String written : policies) {
            if (all.put(written, policy(written, KvPolicy.NONE)) != null) {
                throw new UserError("--kv-policy " + written + " is given twice: give each policy once");
            }
        }
        return all;
    }

    /** All budgets that were asked for. */
    public List<Integer> budgets() {
        return List.copyOf(budgets);
    }

    private static <T> @Nullable T one(String option, List<T> given) {
        if (given.size() > 1) {
            throw new UserError(option + " is given " + given.size() + " times: give one (only 'retrieve' and"
                    + " 'perplexity --compress-half' compare several)");
        }
        return given.isEmpty() ? null : given.getFirst();
    }

    private KvPolicy policy(@Nullable String policy, KvPolicy other) {
        List<String> given = new ArrayList<>(options);
        if (window != null) {
            given.add("window=" + window);
        }
        if (allocation != null) {
            given.add("allocation=" + allocation);
        }
        String text = policy == null ? other.text() : policy;
        if (!given.isEmpty()) {
            text += (text.contains(":") ? "," : ":") + String.join(",", given);
        }
        try {
            return KvPolicy.parse(text);
        } catch (PolicyException e) {
            throw new UserError("--kv-policy " + text + ": " + e.getMessage(), e);
        }
    }

    private int limit(KvOptions others) {
        if (prefillLimit == null) {
            return others.prefillLimit();
        }
        try {
            return prefillLimit.equals(NO_LIMIT) ? Integer.MAX_VALUE : Integer.parseInt(prefillLimit);
        } catch (NumberFormatException e) {
            throw new UserError("--kv-prefill-limit " + prefillLimit + ": give a number of tokens, or none", e);
        }
    }
}
