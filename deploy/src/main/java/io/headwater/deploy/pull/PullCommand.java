/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.pull;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ModelFiles;
import io.headwater.deploy.cli.OutputFlags;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code headwater pull}: makes sure that a model is on this machine and prints its path. */
@Command(name = "pull", description = "Gets a model and prints its path.")
public final class PullCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final OutputFlags output = new OutputFlags();

    @Parameters(
            paramLabel = "NAME",
            arity = "0..1",
            defaultValue = "smollm2",
            description =
                    "an alias (${DEFAULT-VALUE}, the default), hf:OWNER/REPO/FILE.gguf, an http(s) URL, or a path")
    private String name = "smollm2";

    public PullCommand(Console console) {
        this.console = console;
    }

    private record Pulled(String name, String path) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        String path = ModelFiles.find(name, console, output).toString();
        if (output.json()) {
            Json.print(console, new Pulled(name, path));
        } else {
            console.out().println(path);
        }
        return ExitCode.DONE;
    }
}
