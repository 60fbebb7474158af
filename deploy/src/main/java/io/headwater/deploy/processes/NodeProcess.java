/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.processes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One node process. It says its address in the first line of its standard output; what it writes to standard error is kept, the last lines
 * of it, for the moment when it dies. Any thread.
 */
public final class NodeProcess implements AutoCloseable {
    private static final int KEPT_LINES = 200;
    private static final long END_SECONDS = 2;

    private final String name;
    private final Process process;
    private final TextTail tail = new TextTail(KEPT_LINES);
    private final CompletableFuture<String> address = new CompletableFuture<>();
    private final Thread errorReader;

    private NodeProcess(String name, Process process, Consumer<String> log) {
        this.name = name;
        this.process = process;
        reader("out", process.getInputStream(), this::onLine);
        errorReader = reader("err", process.getErrorStream(), line -> {
            tail.add(line);
            log.accept(line);
        });
    }

    /** Starts it. {@code log} hears each line of its standard error, on a thread of its own. */
    public static NodeProcess start(String name, Path workingDirectory, List<String> command, Consumer<String> log)
            throws IOException {
        Process process =
                new ProcessBuilder(command).directory(workingDirectory.toFile()).start();
        return new NodeProcess(name, process, log);
    }

    private Thread reader(String what, InputStream stream, Consumer<String> onLine) {
        return Thread.ofPlatform().daemon().name(name + "-" + what).start(() -> {
            try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    onLine.accept(line);
                }
            } catch (IOException e) {
                tail.add("(its output broke off: " + e.getMessage() + ")");
            }
        });
    }

    private void onLine(String line) {
        if (!address.complete(line)) {
            tail.add(line);
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    /** Where the node's membership listens, once it has said so. */
    public Optional<String> address() {
        return Optional.ofNullable(address.getNow(null));
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Completes with the exit code, on a thread of the JDK, after its last words have been read. */
    public CompletableFuture<Integer> ended() {
        return process.onExit().thenApply(process -> {
            awaitLastWords();
            return process.exitValue();
        });
    }

    private void awaitLastWords() {
        try {
            errorReader.join(TimeUnit.SECONDS.toMillis(END_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The last lines that it has said. */
    public List<String> lastWords() {
        return tail.lines();
    }

    /** Closes its standard input, at which it ends; does not wait. */
    public void end() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            tail.add("(its input broke: " + e.getMessage() + ")"); // it is gone already
        }
    }

    /** Ends the process, for sure when this returns. */
    @Override
    public void close() {
        end();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(END_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
