/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The processes of one test, in a directory of their own under {@code target/system-tests}. After the test none is left. If it failed, all
 * print their threads, then the directory is kept and named; otherwise it is removed.
 */
final class TestPrograms implements BeforeEachCallback, AfterEachCallback {
    private static final Duration DUMP = Duration.ofSeconds(1);
    private static final Duration GONE = Duration.ofSeconds(10);

    private final List<Program> programs = new ArrayList<>();
    private Path directory = Path.of("");

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        programs.clear();
        String name = context.getRequiredTestClass().getSimpleName() + "-"
                + context.getRequiredTestMethod().getName() + "-"
                + Integer.toHexString(context.getUniqueId().hashCode());
        directory = Path.of("target", "system-tests", name).toAbsolutePath();
        remove(directory);
        Files.createDirectories(directory);
    }

    /** Where the programs stand, and where their output goes. */
    Path directory() {
        return directory;
    }

    /** Starts {@code headwater} with these words. */
    Program start(String name, List<String> arguments) {
        return start(name, arguments, Map.of());
    }

    /** The same, with more in its environment. */
    Program start(String name, List<String> arguments, Map<String, String> environment) {
        Program program = Program.start(name, directory, arguments, environment);
        programs.add(program);
        return program;
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        boolean failed = context.getExecutionException().isPresent();
        if (failed) {
            programs.forEach(Program::dumpThreads);
            pause();
        }
        List<Long> alive = alive();
        alive.forEach(pid -> Program.signal("KILL", pid));
        try {
            Awaitility.await().atMost(GONE).until(() -> alive().isEmpty());
        } finally {
            if (failed) {
                tell();
            } else {
                remove(directory);
            }
        }
        assertThat(alive()).isEmpty();
    }

    /** Pids of all programs and their children that still run. */
    List<Long> alive() {
        return programs.stream()
                .flatMap(
                        program -> Stream.concat(program.children().stream(), ProcessHandle.of(program.pid()).stream()))
                .filter(ProcessHandle::isAlive)
                .map(ProcessHandle::pid)
                .toList();
    }

    private static void pause() {
        try {
            Awaitility.await().pollDelay(DUMP).atMost(DUMP.plusSeconds(1)).until(() -> true);
        } catch (ConditionTimeoutException _) {
            return; // the dumps are as complete as they are
        }
    }

    @SuppressWarnings("SystemOut")
    private void tell() {
        System.err.println("evidence is kept in " + directory);
        programs.forEach(program -> System.err.println(program.story()));
    }

    private static void remove(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
