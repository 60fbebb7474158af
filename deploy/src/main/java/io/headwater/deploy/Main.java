/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy;

import io.headwater.deploy.cli.Cli;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.node.NodeCommand;
import java.util.Arrays;

/** Where the process starts: {@code ./headwater COMMAND …} runs this class. */
public final class Main {
    private Main() {}

    /** Runs one command and ends the process with its exit code (see {@link io.headwater.deploy.cli.ExitCode}). */
    public static void main(String[] args) {
        if (Arrays.asList(args).contains(NodeCommand.WATCH_STDIN)) {
            NodeCommand.watchParent(
                    System.in); // first of all: a child must not outlive its parent, nor be ended by its Ctrl-C
        }
        VectorModule.load();
        Console console = Console.ofProcess();
        System.setOut(console.out()); // a stray System.out.println of a library keeps its place in the stream
        int exitCode = new Cli(console, Commands.all(console)).run(args);
        console.out().flush();
        console.err().flush();
        System.exit(exitCode); // threads that a library left behind do not keep a finished command alive
    }
}
