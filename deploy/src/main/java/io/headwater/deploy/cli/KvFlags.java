/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import picocli.CommandLine.Option;

/** How keys and values are stored, the same in all sessions of a node. */
public final class KvFlags {
    @Option(
            names = "--kv-type",
            paramLabel = "TYPE",
            defaultValue = "bf16",
            description = "f32 or bf16 (default: ${DEFAULT-VALUE})")
    private String type = "bf16";

    public String type() {
        return type;
    }
}
