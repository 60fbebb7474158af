/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import io.headwater.tensors.memory.ArenaOptions;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How keys and values are stored, the same in all sessions of a node, and how much memory they may take there. */
public final class KvFlags {
    @Option(
            names = "--kv-type",
            paramLabel = "TYPE",
            defaultValue = "bf16",
            description = "f32 or bf16 (default: ${DEFAULT-VALUE})")
    private String type = "bf16";

    @Option(
            names = "--kv-memory",
            paramLabel = "SIZE",
            converter = Sizes.class,
            description =
                    "most KV memory of each node, as 200m or 4g: where it is short budgets fall, then requests wait (default:"
                            + " half of what is free at the start, divided by the nodes on this host)")
    private @Nullable Long memory;

    /** Most KV memory of a node; empty: half of what is free. */
    public OptionalLong memory() {
        return memory == null ? OptionalLong.empty() : OptionalLong.of(memory);
    }

    /** What is wrong with it, or an empty string. */
    public String problem() {
        return memory == null || memory >= ArenaOptions.DEFAULT_SLAB_BYTES
                ? ""
                : "--kv-memory " + memory + ": less than " + (ArenaOptions.DEFAULT_SLAB_BYTES >> 20)
                        + " MiB, too little for any session: give more";
    }

    public String type() {
        return type;
    }
}
