/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

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

    @Mixin
    private final MediaFlags media = new MediaFlags();

    public int nodes() {
        return nodes;
    }

    public MediaFlags media() {
        return media;
    }
}
