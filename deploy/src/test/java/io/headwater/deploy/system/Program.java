/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.processes.JvmCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/** A running {@code headwater} command. Its output goes into files, which are the evidence when a test fails. */
final class Program {
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private static final long LOOK_NANOS = Duration.ofMillis(2).toNanos();
    private static final long STILL_NANOS = Duration.ofMillis(100).toNanos();
    private static final int GOES_ON = 10;

    private final String name;
    private final Path out;
    private final Path err;
    private final Process process;

    private Program(String name, Path out, Path err, Process process) {
        this.name = name;
        this.out = out;
        this.err = err;
        this.process = process;
    }

    /** {@code environment}: beside that of the test. */
    static Program start(String name, Path directory, List<String> arguments, Map<String, String> environment) {
        Path out = directory.resolve(name + ".out");
        Path err = directory.resolve(name + ".err");
        ProcessBuilder builder = new ProcessBuilder(JvmCommand.of(arguments))
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("HEADWATER_HOME", directory.toString());
        builder.environment().putAll(environment);
        try {
            return new Program(name, out, err, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Its child processes, oldest first: those that {@code --nodes} has started. */
    List<ProcessHandle> children() {
        return process.children()
                .sorted((a, b) -> Long.compare(a.pid(), b.pid()))
                .toList();
    }

    /** What it has printed so far; the last line may not be complete yet. */
    String out() {
        return text(out);
    }

    String err() {
        return text(err);
    }

    /** The lines of standard error that are the program's own, not the JVM's. */
    List<String> said() {
        return err().lines().filter(line -> !line.startsWith("WARNING: ")).toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it has printed so many lines, as {@code generate --events} does for each piece of an answer. */
    void awaitLines(int count) {
        Awaitility.await(name + " prints " + count + " lines")
                .pollInterval(Duration.ofMillis(5))
                .atMost(PATIENCE)
                .until(() -> out().lines().count() >= count || !isAlive());
        assertThat(out().lines().count()).as(() -> story()).isGreaterThanOrEqualTo(count);
    }

    /** Waits for a line of standard error that contains this, and returns it. */
    String awaitSaid(String words) {
        Awaitility.await(name + " says '" + words + "'")
                .pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(() -> err().contains(words) || !isAlive());
        return err().lines()
                .filter(line -> line.contains(words))
                .findFirst()
                .orElseThrow(() -> new AssertionError("'" + words + "' was never said. " + story()));
    }

    /** Waits for such a line and returns its last word. */
    String awaitSaidAtTheEnd(String words) {
        String line = awaitSaid(words);
        return line.substring(line.lastIndexOf(' ') + 1);
    }

    /**
     * Waits until the answer goes on after something that breaks it off, and returns how long it stood still: the longest time between two
     * pieces until {@value #GOES_ON} have come.
     */
    @SuppressWarnings("SystemOut")
    Duration awaitPause(String why) {
        long before = length();
        long last = System.nanoTime();
        long longest = 0;
        int pieces = 0;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (isAlive() && System.nanoTime() < deadline && !(longest > STILL_NANOS && pieces >= GOES_ON)) {
            LockSupport.parkNanos(LOOK_NANOS);
            long now = length();
            if (now > before) {
                long time = System.nanoTime();
                pieces = time - last > longest && time - last > STILL_NANOS ? 0 : pieces + 1;
                longest = Math.max(longest, time - last);
                before = now;
                last = time;
            }
        }
        assertThat(pieces).as(() -> "the answer does not go on: " + story()).isGreaterThanOrEqualTo(GOES_ON);
        System.out.println("pause after " + why + ": " + longest / 1_000_000 + " ms");
        return Duration.ofNanos(longest);
    }

    private long length() {
        return out.toFile().length();
    }

    /** Waits for its end. */
    int awaitEnd() {
        return awaitEnd(PATIENCE);
    }

    int awaitEnd(Duration patience) {
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still runs after " + patience + ". " + story());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + name, e);
        }
        return process.exitValue();
    }

    /** Waits for its end, which must be a good one, and reads its last line as JSON. */
    JsonNode awaitAnswer() {
        assertThat(awaitEnd()).as(() -> story()).isZero();
        List<String> lines = out().lines().toList();
        return Json.parse(lines.getLast(), name);
    }

    void kill() {
        signal("KILL", pid());
    }

    void terminate() {
        signal("TERM", pid());
    }

    void stop() {
        signal("STOP", pid());
    }

    void resume() {
        signal("CONT", pid());
    }

    /** Ctrl-C at a terminal: all processes of the group hear it. */
    void interruptAll() {
        List<Long> all = new ArrayList<>(List.of(pid()));
        children().forEach(child -> all.add(child.pid()));
        all.forEach(pid -> signal("INT", pid));
    }

    /** Makes a JVM print its threads into the evidence. */
    void dumpThreads() {
        children().forEach(child -> signal("QUIT", child.pid()));
        if (isAlive()) {
            signal("QUIT", pid());
        }
    }

    static void signal(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor(5, TimeUnit.SECONDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** For messages of failed assertions. */
    String story() {
        return name + " (process " + pid() + (isAlive() ? ", runs" : ", exit code " + process.exitValue())
                + ")\n--- out\n" + end(out()) + "\n--- err\n" + end(err());
    }

    private static String end(String text) {
        int most = 4_000;
        return text.length() <= most ? text : "…" + text.substring(text.length() - most);
    }
}
