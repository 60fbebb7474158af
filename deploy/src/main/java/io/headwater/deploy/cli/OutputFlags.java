/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import picocli.CommandLine.Option;

/** How a command talks. Every command has these. */
public final class OutputFlags {
    @Option(names = "--json", description = "print one JSON value and nothing else")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "no progress, no notes")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "show details, and the cause of an error")
    private boolean verbose;

    public boolean json() {
        return json;
    }

    public boolean quiet() {
        return quiet;
    }

    public boolean verbose() {
        return verbose;
    }

    /** One line for a person, on standard error, unless {@code -q}. */
    public void note(Console console, String line) {
        if (!quiet) {
            console.err().println(line);
        }
    }

    /** A bar on standard error where a person watches it, otherwise one that shows nothing. */
    public ProgressBar progress(Console console, String label, ProgressBar.Unit unit) {
        return new ProgressBar(
                console.err(), console.errIsTerminal() && !quiet && !json, label, unit, System::nanoTime);
    }

    /** The same for several things at once. */
    public ProgressLines progressLines(Console console) {
        return new ProgressLines(console.err(), console.errIsTerminal() && !quiet && !json, System::nanoTime);
    }
}
