/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** How the engine is laid out on this machine. Values are checked against the model where the engine is started. */
public final class EngineFlags {
    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "1",
            description = "head shards (default: ${DEFAULT-VALUE}, at most the model's KV heads)")
    private int nodes = 1;

    @Option(
            names = "--threads",
            paramLabel = "T",
            defaultValue = "0",
            description = "threads per node (default: the cores, shared by the nodes)")
    private int threads;

    @Option(
            names = "--context",
            paramLabel = "C",
            defaultValue = "0",
            description = "context length in tokens (default: the model's)")
    private int context;

    @Option(
            names = "--capacity",
            paramLabel = "X",
            split = ",",
            description = "capacities of the nodes, as 3,1: uneven plans (default: even)")
    private List<Double> capacities = List.of();

    @Option(
            names = "--kernels",
            paramLabel = "NAME",
            defaultValue = "auto",
            description = "auto, scalar, vector128, vector256 or vector512 (default: ${DEFAULT-VALUE})")
    private String kernels = "auto";

    @Option(
            names = "--chunk",
            paramLabel = "ROWS",
            defaultValue = "0",
            hidden = true,
            description = "most rows of one prefill step; changes no bit")
    private int chunk;

    public int nodes() {
        return nodes;
    }

    /** 0: as many as the machine has for each node. */
    public int threads() {
        return threads;
    }

    /** 0: the model's own. */
    public int context() {
        return context;
    }

    public List<Double> capacities() {
        return List.copyOf(capacities);
    }

    public String kernels() {
        return kernels;
    }

    /** 0: the engine's own. */
    public int chunk() {
        return chunk;
    }
}
