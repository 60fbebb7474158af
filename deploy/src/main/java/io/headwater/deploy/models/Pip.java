/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Runs {@code pip download} with the first pip that there is. */
final class Pip implements PackageFetcher {
    private final List<List<String>> commands;

    /** Each command with its arguments, best first. */
    Pip(List<List<String>> commands) {
        this.commands = List.copyOf(commands);
    }

    @Override
    public void fetch(String requirement, Path folder) throws SourceException, InterruptedException {
        String problem = "no pip could be run";
        for (List<String> command : commands) {
            try {
                run(command, requirement, folder);
                return;
            } catch (SourceException e) {
                problem = e.line();
            }
        }
        throw SourceException.failed(problem + " (pip download " + requirement + ")");
    }

    private static void run(List<String> pip, String requirement, Path folder)
            throws SourceException, InterruptedException {
        List<String> command = new ArrayList<>(pip);
        command.addAll(List.of(
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary=:all:",
                "--disable-pip-version-check",
                "--no-input",
                "--dest",
                folder.toString(),
                requirement));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try {
                process.getOutputStream().close();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0) {
                    throw SourceException.failed(lastError(said));
                }
            } finally {
                process.destroy();
            }
        } catch (IOException e) { // this machine has no such program
            throw SourceException.failed("no pip could be run", e);
        }
    }

    private static String lastError(String said) {
        List<String> lines = said.lines().filter(line -> !line.isBlank()).toList();
        List<String> errors =
                lines.stream().filter(line -> line.startsWith("ERROR:")).toList();
        List<String> shown = errors.isEmpty() ? lines : errors;
        return shown.isEmpty()
                ? "pip failed without a word"
                : shown.stream().skip(shown.size() - 1).collect(Collectors.joining());
    }
}
