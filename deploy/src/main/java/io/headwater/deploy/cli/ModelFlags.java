/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which model a command works on. */
public final class ModelFlags {
    @Option(
            names = {"-m", "--model"},
            paramLabel = "MODEL",
            defaultValue = "smollm2",
            description = "path or alias of a GGUF model (default: ${DEFAULT-VALUE}; pulled if missing)")
    private String model = "smollm2";

    /** As the user wrote it: this name goes into JSON answers. */
    public String name() {
        return model;
    }

    /** The model's file, pulled if it is missing. */
    public Path file(Console console, OutputFlags output) throws IOException, InterruptedException {
        return ModelFiles.find(model, console, output);
    }
}
