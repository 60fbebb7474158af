/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/** A {@link MemberProcess}, seen from the test that started it. */
final class Member implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A line and when it was read. */
    record Line(String text, long nanos) {}

    final String name;
    private final Process process;
    private final List<Line> lines = new CopyOnWriteArrayList<>();

    private Member(String name, Process process) {
        this.name = name;
        this.process = process;
        Thread.ofPlatform().daemon().name("reads-" + name).start(this::read);
    }

    /** Starts one with this process's flags and class path; it needs little, so it is compiled little. */
    static Member start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path")));
        command.add(MemberProcess.class.getName());
        command.addAll(List.of(arguments));
        return new Member(
                arguments[0],
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    private void read() {
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(new Line(line, System.nanoTime()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String address() {
        return awaitLine("AT ", 0).text().substring("AT ".length());
    }

    /** The first line that starts so and was read after {@code sinceNanos} (0: any). */
    Line awaitLine(String start, long sinceNanos) {
        try {
            await().atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> find(start, sinceNanos).isPresent() || !process.isAlive());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(name + " did not say '" + start + "…' but " + lines, e);
        }
        return find(start, sinceNanos)
                .orElseThrow(() -> new AssertionError(name + " ended without '" + start + "…', it said " + lines));
    }

    private Optional<Line> find(String start, long sinceNanos) {
        return lines.stream()
                .filter(line -> sinceNanos == 0 || line.nanos() - sinceNanos >= 0)
                .filter(line -> line.text().startsWith(start))
                .findFirst();
    }

    /** kill -9. */
    void kill() {
        process.destroyForcibly();
    }

    void signal(String which) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + which, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError(name + " has not ended, it said " + lines);
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
