/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Over how many nodes a command decodes, and how they talk to each other. */
public final class ClusterFlags {
    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "1",
            description = "head shards, each in a process of its own on this host; 1: in this process "
                    + "(default: ${DEFAULT-VALUE}, at most the model's KV heads)")
    private int nodes = 1;

    @Option(
            names = "--http",
            paramLabel = "[HOST:]PORT",
            hidden = true,
            description = "answer 'headwater status' while the command runs")
    private Optional<String> http = Optional.empty();

    @Mixin
    private final MediaFlags media = new MediaFlags();

    @Mixin
    private final TuningFlags tuning = new TuningFlags();

    public int nodes() {
        return nodes;
    }

    /** Where the command's cluster tells its state, if it does. */
    public Optional<String> http() {
        return http;
    }

    public MediaFlags media() {
        return media;
    }

    public TuningFlags tuning() {
        return tuning;
    }
}
