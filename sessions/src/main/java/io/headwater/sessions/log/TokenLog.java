/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The log, opened: one writer, some readers, and where it is shared, word from the other gateways. Owned by whoever opened it; its parts are for any thread. */
public final class TokenLog implements AutoCloseable {
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final Duration START = Duration.ofSeconds(30);

    private final LogWriter writer;
    private final LogReader reader;
    private final @Nullable Presence presence;
    private @Nullable DirectoryLock lock;

    private TokenLog(Connections connections, String name, @Nullable Presence presence) {
        this.writer = LogWriter.start(connections, name, presence);
        this.reader = LogReader.start(connections);
        this.presence = presence;
    }

    /**
     * The embedded database (SQLite) in a directory, which one server uses at a time. A commit is on the disk before it is confirmed, so what was told
     * survives the death of this process and of the machine (docs/decisions/0016).
     *
     * @throws LogException if it is in use, damaged, or of another version
     */
    public static TokenLog embedded(Path directory) throws LogException {
        Path file = directory.resolve("sessions.sqlite").toAbsolutePath();
        String url = "jdbc:sqlite:" + file + "?journal_mode=WAL&synchronous=FULL&busy_timeout=5000";
        return locked(directory, () -> open(() -> DriverManager.getConnection(url), "the token log " + file));
    }

    /**
     * The log in a PostgreSQL database, which several gateways share (docs/decisions/0022).
     *
     * @param lease a gateway that gives no sign of life for so long is taken for dead
     * @param directory where this server keeps its caches, which no other one may use
     * @throws LogException if either cannot be used, or the log is of another version
     */
    public static TokenLog shared(PostgresDatabase database, Duration lease, Path directory) throws LogException {
        return locked(directory, () -> shared(database, "the token log in " + database.name(), lease));
    }

    /** The same, over any connections to a PostgreSQL. */
    public static TokenLog shared(Connections connections, String name, Duration lease) throws LogException {
        try (Connection connection = connections.open()) {
            PostgresDatabase.checkEncoding(connection);
            LogSchema.prepare(connection, true);
            return new TokenLog(connections, name, Presence.begin(connections, connection, lease));
        } catch (SQLException e) {
            throw new LogException(name + " cannot be opened: " + PostgresDatabase.problem(e), e);
        }
    }

    /** The log in the database that these connections lead to, for one server. */
    public static TokenLog open(Connections connections, String name) throws LogException {
        try (Connection connection = connections.open()) {
            LogSchema.prepare(connection, false);
        } catch (SQLException e) {
            String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new LogException(name + " cannot be opened: " + line, e);
        }
        return new TokenLog(connections, name, null);
    }

    @FunctionalInterface
    private interface Opening {
        TokenLog open() throws LogException;
    }

    private static TokenLog locked(Path directory, Opening opening) throws LogException {
        DirectoryLock lock = DirectoryLock.take(directory);
        boolean opened = false;
        try {
            TokenLog log = opening.open();
            log.lock = lock;
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

    /** Whether other gateways may go on with what this server does not. */
    public boolean isShared() {
        return presence != null;
    }

    /** From now on the server does what the log tells it to. What the last server of its own log left at work it hears before this returns. */
    public void tell(Neighbours neighbours) {
        if (presence != null) {
            presence.tell(neighbours);
            return;
        }
        neighbours.orphaned(reader.running()
                .toCompletableFuture()
                .orTimeout(START.toSeconds(), TimeUnit.SECONDS)
                .join());
    }

    /** Why nothing new may begin, as a client may hear it; empty while all is well. What nobody can be told of must not pile up. */
    public String lost() {
        String problem = writer.problem();
        return problem.isEmpty() ? "" : "the token log cannot be written now: " + problem;
    }

    /**
     * Makes a session this server's own: it alone writes it. Completes with false if another gateway has it, or there is none; fails, at once where the
     * log is lost, with a {@link LogException}, and leaves nothing behind.
     */
    public CompletionStage<Boolean> claim(String session) {
        if (presence == null) {
            return CompletableFuture.completedFuture(true);
        }
        String lost = lost();
        if (!lost.isEmpty()) {
            return CompletableFuture.failedFuture(new LogException(lost));
        }
        String self = presence.gateway();
        return writer.write(new Batch.Claim(session))
                .thenCompose(_ -> reader.owner(session).whenComplete((_, failure) -> {
                    if (failure != null) {
                        release(session); // it may have become this server's
                    }
                }))
                .thenApply(owner -> owner.equals(Optional.of(self)));
    }

    /** Gives a session up; what was handed in before is written before. */
    public void release(String session) {
        if (presence != null) {
            var _ = writer.write(new Batch.Release(session));
        }
    }

    /** Tells the gateway that has a session what is wanted of it; not while the log is lost, since wishes are repeated. */
    public void want(Wish wish) {
        if (presence != null && lost().isEmpty()) {
            var _ = writer.write(new Batch.Want(wish));
        }
    }

    /** Completes with a sentence when others have taken this gateway's sessions over: it can only end. */
    public CompletionStage<String> fenced() {
        return presence == null ? new CompletableFuture<>() : presence.fenced();
    }

    /** Writes what has been handed in, as far as that takes seconds only, and ends. */
    @Override
    public void close() {
        writer.close(DRAIN);
        reader.close();
        if (presence != null) {
            presence.end();
        }
        if (lock != null) {
            lock.close();
        }
    }
}
