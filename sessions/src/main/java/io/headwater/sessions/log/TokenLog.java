/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The log, opened: one writer, some readers. Owned by whoever opened it; its parts are for any thread. */
public final class TokenLog implements AutoCloseable {
    private static final Duration DRAIN = Duration.ofSeconds(5);
    /** Servers that begin at once prepare the tables one after another; the number is Headwater's own. */
    private static final String ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4849871)";

    private final LogWriter writer;
    private final LogReader reader;
    private final @Nullable DirectoryLock lock;

    private TokenLog(Connections connections, String name, @Nullable DirectoryLock lock) {
        this.writer = LogWriter.start(connections, name);
        this.reader = LogReader.start(connections);
        this.lock = lock;
    }

    /**
     * The embedded database (SQLite) in a directory, which one server uses at a time. A commit is on the disk before it is
     * confirmed, so what was told survives the death of this process and of the machine (docs/decisions/0016).
     *
     * @throws LogException if it is in use, damaged, or of another version
     */
    public static TokenLog embedded(Path directory) throws LogException {
        return locked(directory, lock -> embedded(directory, lock));
    }

    private static TokenLog embedded(Path directory, DirectoryLock lock) throws LogException {
        Path file = directory.resolve("sessions.sqlite").toAbsolutePath();
        String url = "jdbc:sqlite:" + file + "?journal_mode=WAL&synchronous=FULL&busy_timeout=5000";
        return open(() -> DriverManager.getConnection(url), "the token log " + file, lock);
    }

    /**
     * The log in a PostgreSQL database; {@code directory} is where this server keeps its caches, which no other one may use.
     *
     * @throws LogException if either cannot be used, or the log is of another version
     */
    public static TokenLog shared(PostgresDatabase database, Path directory) throws LogException {
        return locked(directory, lock -> shared(database, lock));
    }

    private static TokenLog shared(PostgresDatabase database, DirectoryLock lock) throws LogException {
        String name = "the token log in " + database.name();
        try (Connection connection = database.open()) {
            PostgresDatabase.checkEncoding(connection);
            LogSchema.prepare(connection, List.of(ONE_AT_A_TIME));
        } catch (SQLException e) {
            throw new LogException(name + " cannot be opened: " + database.problem(e), e);
        }
        return new TokenLog(database, name, lock);
    }

    /** The log in the database that these connections lead to. */
    public static TokenLog open(Connections connections, String name) throws LogException {
        return open(connections, name, null);
    }

    private static TokenLog open(Connections connections, String name, @Nullable DirectoryLock lock)
            throws LogException {
        try (Connection connection = connections.open()) {
            LogSchema.prepare(connection, List.of());
        } catch (SQLException e) {
            String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new LogException(name + " cannot be opened: " + line, e);
        }
        return new TokenLog(connections, name, lock);
    }

    @FunctionalInterface
    private interface Opening {
        TokenLog under(DirectoryLock lock) throws LogException;
    }

    private static TokenLog locked(Path directory, Opening opening) throws LogException {
        DirectoryLock lock = DirectoryLock.take(directory);
        boolean opened = false;
        try {
            TokenLog log = opening.under(lock);
            opened = true;
            return log;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    public LogWriter writer() {
        return writer;
    }

    public LogReader reader() {
        return reader;
    }

    /** Writes what has been handed in, as far as that takes seconds only, and ends. */
    @Override
    public void close() {
        writer.close(DRAIN);
        reader.close();
        if (lock != null) {
            lock.close();
        }
    }
}
