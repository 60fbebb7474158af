/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The process as a command sees it. Both streams write UTF-8 whatever the locale; {@code out} is buffered and is flushed by whoever wants
 * a person to see the text now, {@code err} after each line.
 *
 * @param errIsTerminal a person watches {@code err}: progress bars make sense
 * @param environment read here and nowhere below
 */
public record Console(
        PrintStream out,
        PrintStream err,
        InputStream in,
        boolean errIsTerminal,
        Path workingDirectory,
        Map<String, String> environment) {

    public Console {
        environment = Map.copyOf(environment);
    }

    /** The streams of this process. The launcher says in {@code headwater.stderr.terminal} whether file descriptor 2 is a terminal. */
    public static Console ofProcess() {
        PrintStream out = new PrintStream(
                new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 8192),
                false,
                StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        boolean terminal = Boolean.getBoolean("headwater.stderr.terminal");
        return new Console(out, err, System.in, terminal, Path.of("").toAbsolutePath(), System.getenv());
    }

    /** An environment variable; empty counts as absent. */
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /** A path that the user wrote, relative to where the user stands. */
    public Path path(String written) {
        return workingDirectory.resolve(written).normalize();
    }

    /** Whether a person types at a terminal and sees it: not so in a test, in a pipe, or with {@code err} sent elsewhere. */
    public boolean isInteractive() {
        java.io.@Nullable Console terminal = errIsTerminal ? System.console() : null;
        return terminal != null && terminal.isTerminal();
    }
}
