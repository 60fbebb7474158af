/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** How a node's engine works on this machine. Values are checked against the model where the engine is started. */
public final class EngineFlags {
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
            description =
                    "a node's share relative to the others', in place of the measured one; with --nodes a list, as 3,1")
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
