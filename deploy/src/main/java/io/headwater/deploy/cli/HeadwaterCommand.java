/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code headwater} itself: does nothing without a command. */
@Command(
        name = "headwater",
        mixinStandardHelpOptions = true,
        version = "headwater " + Cli.VERSION,
        synopsisSubcommandLabel = "COMMAND",
        description = "Streams a language model's answer from head shards, on this machine or on several.",
        footer = {
            "",
            "Start with: headwater up   (gets the default model, 98 MB, first; then a chat page and the OpenAI API)",
            "More about a command: headwater COMMAND --help"
        })
final class HeadwaterCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call()
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
