/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * A real PostgreSQL of the installed programs, on a free port of this host, in a directory of its own; one for all tests of a JVM, gone with it. Its
 * commits do not wait for the disk: tests kill it, not the machine.
 */
public final class PostgresServer {
    public static final String USER = "headwater";
    public static final String PASSWORD = "a secret of the tests";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static @Nullable PostgresServer running;
    private static boolean said;

    private final Path programs;
    private final PostgresFiles files;
    private final AtomicInteger databases = new AtomicInteger();
    private @Nullable Process process;
    private int port;

    private PostgresServer(Path programs, PostgresFiles files) {
        this.programs = programs;
        this.files = files;
    }

    /** The server. Where PostgreSQL is not installed the calling test is skipped, and the first one says so on standard error. */
    public static synchronized PostgresServer require() {
        if (running != null) {
            return running;
        }
        Optional<Path> programs = programs();
        if (programs.isEmpty()) {
            String reason = "SKIPPED: tests on PostgreSQL, no initdb in /usr/lib/postgresql/*/bin or /usr/local/bin:"
                    + " apt-get install postgresql";
            if (!said) {
                System.err.println(reason);
                said = true;
            }
            return Assumptions.abort(reason);
        }
        PostgresServer server = new PostgresServer(programs.get(), PostgresFiles.create());
        Runtime.getRuntime().addShutdownHook(new Thread(server::end));
        server.initialise();
        server.start();
        running = server;
        return server;
    }

    private static Optional<Path> programs() {
        List<Path> folders = new ArrayList<>(List.of(Path.of("/usr/local/bin")));
        Path debian = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(debian)) {
            try (Stream<Path> versions = Files.list(debian)) {
                versions.sorted().forEach(version -> folders.addFirst(version.resolve("bin")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return folders.stream()
                .filter(folder -> Files.isExecutable(folder.resolve("initdb")))
                .findFirst();
    }

    private void initialise() {
        files.write("password", PASSWORD);
        List<String> words = List.of(
                programs.resolve("initdb").toString(), "--no-sync", "--encoding=UTF8", "--locale=C", "-U", USER);
        Process initdb = files.start(words, "-A", "scram-sha-256", "--pwfile=password", "-D", "data");
        try {
            if (!initdb.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS) || initdb.exitValue() != 0) {
                initdb.destroyForcibly();
                throw new IllegalStateException("initdb has failed: " + files.said());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while initdb runs", e);
        }
    }

    /** Starts it, at the port that it had before or at a free one. */
    public void start() {
        if (port == 0) {
            port = freePort();
        }
        List<String> words =
                List.of(programs.resolve("postgres").toString(), "-D", "data", "-p", Integer.toString(port));
        process = files.start(
                words,
                "-k",
                "",
                "-h",
                "127.0.0.1",
                "-c",
                "fsync=off",
                "-c",
                "shared_buffers=16MB",
                "-c",
                "max_connections=60");
        long start = System.nanoTime();
        while (!answers()) {
            if (!process.isAlive() || System.nanoTime() - start > PATIENCE_NANOS) {
                throw new IllegalStateException("PostgreSQL does not start at port " + port + ": " + files.said());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers() {
        try (Connection _ = connect()) {
            return true;
        } catch (SQLException _) {
            return false;
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url("public"), USER, PASSWORD);
    }

    /** Ends it as a crash would: connections break, what was committed stays. */
    public void crash() {
        if (process != null) {
            PostgresFiles.end(process);
        }
    }

    /** The JDBC URL of a new empty schema, user included, password not. */
    public String newSchema() {
        String schema = "test" + databases.incrementAndGet();
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SCHEMA " + schema);
        } catch (SQLException e) {
            throw new IllegalStateException("no schema can be made: " + files.said(), e);
        }
        return url(schema);
    }

    /** The JDBC URL of a schema. */
    private String url(String schema) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + USER + "&currentSchema=" + schema;
    }

    /** Of the port at which it listens. */
    public int port() {
        return port;
    }

    private void end() {
        crash();
        files.remove();
    }
}
