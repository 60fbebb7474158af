/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import io.headwater.deploy.Commands;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Runs the program inside the test: {@code new TestConsole(directory).input("…").run("tokenize", "x")}. */
public final class TestConsole {
    private final Path directory;
    private final Map<String, String> environment = new LinkedHashMap<>();
    private String input = "";

    /** The directory is where the user stands and, as {@code HEADWATER_HOME}, where models are kept. */
    public TestConsole(Path directory) {
        this.directory = directory;
        environment.put("HEADWATER_HOME", directory.toString());
    }

    public TestConsole input(String text) {
        input = text;
        return this;
    }

    public TestConsole variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public Result run(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        Console console = new Console(print(out), print(err), in, false, directory, environment);
        int exitCode = new Cli(console, Commands.all(console)).run(args);
        console.out().flush();
        return new Result(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /** What a shell would have seen. */
    public record Result(int exitCode, String out, String err) {}
}
