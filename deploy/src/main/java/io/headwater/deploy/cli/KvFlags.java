/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import picocli.CommandLine.Option;

/** How keys and values are kept. Policies come with a later version; so far the cache is always full. */
public final class KvFlags {
    @Option(
            names = "--kv-type",
            paramLabel = "TYPE",
            defaultValue = "bf16",
            description = "f32 or bf16 (default: ${DEFAULT-VALUE})")
    private String type = "bf16";

    @Option(
            names = "--kv-policy",
            paramLabel = "NAME",
            defaultValue = "none",
            description =
                    "how the cache is compressed; so far only none: everything is kept (default: ${DEFAULT-VALUE})")
    private String policy = "none";

    public String type() {
        return type;
    }

    public String policy() {
        return policy;
    }
}
