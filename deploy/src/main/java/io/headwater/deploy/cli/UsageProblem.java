/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what is wrong with an invocation. */
final class UsageProblem {
    private UsageProblem() {}

    static String describe(ParameterException refused) {
        CommandSpec spec = refused.getCommandLine().getCommandSpec();
        String help = " (" + spec.qualifiedName() + " --help)";
        if (refused instanceof UnmatchedArgumentException unmatched
                && !unmatched.getUnmatched().isEmpty()) {
            return unknown(unmatched, spec) + help;
        }
        String message = refused.getMessage();
        String line = message == null
                ? "cannot be understood"
                : message.lines().findFirst().orElse("");
        return line.isEmpty() ? "cannot be understood" + help : decapitalise(line) + help;
    }

    private static String unknown(UnmatchedArgumentException unmatched, CommandSpec spec) {
        String argument = unmatched.getUnmatched().getFirst();
        if (argument.startsWith("-")) {
            return "unknown option " + argument + suggestion(unmatched.getSuggestions());
        }
        return spec.subcommands().isEmpty()
                ? "unexpected argument '" + argument + "'"
                : "unknown command '" + argument + "'" + suggestion(unmatched.getSuggestions());
    }

    private static String suggestion(List<String> suggestions) {
        return suggestions.isEmpty()
                ? ""
                : ", did you mean " + String.join(" or ", suggestions.subList(0, Math.min(2, suggestions.size())))
                        + "?";
    }

    private static String decapitalise(String line) {
        return line.substring(0, 1).toLowerCase(Locale.ROOT) + line.substring(1);
    }
}
