/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The directory of a PostgreSQL, and programs that run in it as the user who owns it. PostgreSQL refuses to run as root, so root's tests run it as
 * {@code postgres} or {@code nobody}; the directory is therefore not one of JUnit's, which only root may enter.
 */
final class PostgresFiles {
    private static final long END_SECONDS = 10;

    private final Path directory;
    private final List<String> asUser;

    private PostgresFiles(Path directory, List<String> asUser) {
        this.directory = directory;
        this.asUser = asUser;
    }

    static PostgresFiles create() {
        try {
            Path directory = Files.createTempDirectory("headwater-postgres");
            if (!System.getProperty("user.name").equals("root")) {
                return new PostgresFiles(directory, List.of());
            }
            boolean postgres = give(directory, "postgres");
            if (!postgres && !give(directory, "nobody")) {
                throw new IllegalStateException("PostgreSQL does not run as root, and there is no other user");
            }
            String user = postgres ? "postgres" : "nobody";
            String group = postgres ? "postgres" : "nogroup";
            return new PostgresFiles(
                    directory, List.of("setpriv", "--reuid=" + user, "--regid=" + group, "--clear-groups"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean give(Path path, String user) throws IOException {
        try {
            Files.setOwner(
                    path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user));
            return true;
        } catch (UserPrincipalNotFoundException _) {
            return false;
        }
    }

    void write(String name, String text) {
        try {
            Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a program; what it says goes into a file. */
    Process start(List<String> words, String... more) {
        List<String> all = new ArrayList<>(asUser);
        all.addAll(words);
        all.addAll(List.of(more));
        try {
            return new ProcessBuilder(all)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("said").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the programs have said. */
    String said() {
        try {
            return Files.readString(directory.resolve("said"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** PostgreSQL's immediate shutdown: as a crash, but nothing of it stays in the system. */
    static void end(Process process) {
        try {
            new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid()))
                    .start()
                    .waitFor(END_SECONDS, TimeUnit.SECONDS);
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void remove() {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println(directory + " stays: " + e.getMessage());
        }
    }
}
