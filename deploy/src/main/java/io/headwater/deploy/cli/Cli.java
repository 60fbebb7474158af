/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The commands, and what becomes of them: a result, or one line on standard error and an exit code. */
public final class Cli {
    /** Of the program; the nodes of a cluster must all have the same. */
    public static final String VERSION = "0.1.0";

    private final Console console;
    private final List<Object> commands;

    /** The commands are picocli command objects, in the order of the help page. */
    public Cli(Console console, List<Object> commands) {
        this.console = console;
        this.commands = List.copyOf(commands);
    }

    /** Runs one command and returns its exit code; throws nothing. */
    public int run(String... args) {
        CommandLine commandLine = new CommandLine(new HeadwaterCommand());
        commands.forEach(command -> commandLine.addSubcommand(withHelp(command)));
        commandLine.setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8));
        commandLine.setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8));
        commandLine.setUsageHelpWidth(110);
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setAbbreviatedOptionsAllowed(false);
        commandLine.setExecutionStrategy(this::execute);
        commandLine.setParameterExceptionHandler((refused, _) -> refuse(refused));
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> fail(failure, command, parsed));
        return commandLine.execute(args);
    }

    private static CommandLine withHelp(Object command) {
        CommandLine commandLine = new CommandLine(command);
        commandLine
                .getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("show this help")
                        .build());
        return commandLine;
    }

    private int execute(ParseResult parsed) {
        LogSetup.apply(has(parsed, "-q"), has(parsed, "-v"));
        return new CommandLine.RunLast().execute(parsed);
    }

    private int refuse(ParameterException refused) {
        say(refused.getCommandLine(), UsageProblem.describe(refused));
        return ExitCode.USAGE;
    }

    private int fail(Exception failure, CommandLine command, ParseResult parsed) {
        Outcome outcome = Outcome.of(failure);
        say(command, outcome.message());
        if (has(parsed, "-v")) {
            failure.printStackTrace(console.err());
        }
        return outcome.exitCode();
    }

    private void say(CommandLine command, String message) {
        console.out().flush();
        console.err().println(command.getCommandSpec().qualifiedName() + ": " + message);
    }

    private static boolean has(ParseResult parsed, String option) {
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        OptionSpec spec = last.commandSpec().findOption(option);
        return spec != null && last.hasMatchedOption(spec);
    }
}
