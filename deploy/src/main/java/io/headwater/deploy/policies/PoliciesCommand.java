/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.policies;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyDescription;
import io.headwater.compression.PolicyOption;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.OutputFlags;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code headwater policies}: how a cache can be compressed. */
@Command(
        name = "policies",
        description =
                "Lists the policies of --kv-policy: options, defaults, sources, what is evidence and what reconstruction.")
public final class PoliciesCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final OutputFlags output = new OutputFlags();

    public PoliciesCommand(Console console) {
        this.console = console;
    }

    /** A policy's entry of the JSON form; {@code options} with their defaults. */
    private record Shown(String name, String summary, Map<String, Option> options, String source, String evidence) {
        static Shown of(PolicyDescription policy) {
            Map<String, Option> options = new LinkedHashMap<>();
            for (PolicyOption option : policy.options()) {
                options.put(option.name(), new Option(option.byDefault(), option.range(), option.meaning()));
            }
            return new Shown(policy.name(), policy.summary(), options, policy.source(), policy.evidence());
        }
    }

    private record Option(String defaultValue, String range, String meaning) {}

    @Override
    public Integer call() {
        if (output.json()) {
            Json.print(console, KvPolicy.known().stream().map(Shown::of).toList());
        } else {
            KvPolicy.known().forEach(this::print);
            console.out().flush();
        }
        return ExitCode.DONE;
    }

    private void print(PolicyDescription policy) {
        console.out().println(policy.name() + ": " + policy.summary());
        console.out().println("    source: " + policy.source());
        console.out().println("    evidence: " + policy.evidence());
        for (PolicyOption option : policy.options()) {
            console.out()
                    .println("    " + option.name() + "=" + option.byDefault() + "  " + option.meaning() + " ("
                            + option.range() + ")");
        }
    }
}
