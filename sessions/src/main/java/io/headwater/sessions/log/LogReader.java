/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import io.headwater.sessions.log.SessionEvent.Told;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Reads the log on a few threads of its own; any thread asks. A read that fails fails its future with a {@link LogException}: whoever asked decides. */
public final class LogReader implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int MOST_WAITING = 4096;
    private static final int FETCHED = 1000;

    private final KeptConnections connections;
    private final ThreadPoolExecutor pool;

    private LogReader(Connections connections) {
        this.connections = new KeptConnections(connections);
        this.pool = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                1,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().daemon().name("log-reader-", 1).factory());
        pool.allowCoreThreadTimeOut(true);
    }

    static LogReader start(Connections connections) {
        return new LogReader(connections);
    }

    /** All events of a session; none if there is no such session. */
    public CompletionStage<List<SessionEvent>> events(String session) {
        return events(session, 0);
    }

    /** Those from a number on. */
    public CompletionStage<List<SessionEvent>> events(String session, int seq) {
        return read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT KIND, DATA FROM EVENTS WHERE SESSION = ? AND SEQ >= ? ORDER BY SEQ")) {
                select.setString(1, session);
                select.setInt(2, seq);
                select.setFetchSize(FETCHED);
                List<SessionEvent> events = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        events.add(EventCodec.read(row.getInt(1), row.getString(2)));
                    }
                }
                return events;
            }
        });
    }

    /** What was told after an offset, at most so much. */
    public CompletionStage<List<Told>> told(String session, int after, int most) {
        return read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT KIND, DATA FROM EVENTS WHERE SESSION = ? AND TOLD > ? ORDER BY TOLD LIMIT ?")) {
                select.setString(1, session);
                select.setInt(2, after);
                select.setInt(3, most);
                List<Told> told = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        if (EventCodec.read(row.getInt(1), row.getString(2)) instanceof Told event) {
                            told.add(event);
                        }
                    }
                }
                return told;
            }
        });
    }

    /** Sessions whose answer was at work when the last server ended. */
    public CompletionStage<List<String>> running() {
        return ids("SELECT ID FROM SESSIONS WHERE RUNNING ORDER BY TOUCHED", List.of());
    }

    /** All sessions but those of plain completions. */
    public CompletionStage<List<String>> sessions() {
        return ids("SELECT ID FROM SESSIONS WHERE NOT PLAIN", List.of());
    }

    /** Sessions that are idle and were used last before a time, plain completions before another; both in milliseconds since 1970. */
    public CompletionStage<List<String>> expired(long before, long plainBefore) {
        return ids(
                "SELECT ID FROM SESSIONS WHERE NOT RUNNING AND ((PLAIN AND TOUCHED < ?) OR (NOT PLAIN AND TOUCHED < ?))"
                        + " ORDER BY TOUCHED LIMIT 1000",
                List.of(plainBefore, before));
    }

    /** Idle sessions beyond a number, those that were used longest ago. */
    public CompletionStage<List<String>> beyond(long most) {
        return ids(
                "SELECT ID FROM SESSIONS WHERE NOT RUNNING ORDER BY TOUCHED DESC LIMIT 1000 OFFSET ?", List.of(most));
    }

    /** Which gateway has a session, in a log that is shared; nobody if it is nobody's, or missing. */
    CompletionStage<Optional<String>> owner(String session) {
        return read(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT GATEWAY FROM OWNERS WHERE SESSION = ?")) {
                select.setString(1, session);
                try (ResultSet row = select.executeQuery()) {
                    return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
                }
            }
        });
    }

    private CompletionStage<List<String>> ids(String query, List<Long> values) {
        return read(connection -> {
            try (PreparedStatement select = connection.prepareStatement(query)) {
                for (int i = 0; i < values.size(); i++) {
                    select.setLong(i + 1, values.get(i));
                }
                List<String> ids = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        ids.add(row.getString(1));
                    }
                }
                return ids;
            }
        });
    }

    private <T> CompletionStage<T> read(KeptConnections.Query<T> query) {
        CompletableFuture<T> result = new CompletableFuture<>();
        try {
            pool.execute(() -> {
                try {
                    result.complete(connections.use(query));
                } catch (UnreadableEventException e) {
                    result.completeExceptionally(e);
                } catch (SQLException | LogException | RuntimeException e) { // also a bug: whoever waits must hear
                    result.completeExceptionally(
                            new LogException("the token log cannot be read: " + e.getMessage(), e));
                }
            });
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(new LogException("too many readers wait for the token log: try again", e));
        }
        return result;
    }

    @Override
    public void close() {
        pool.shutdown();
        connections.close();
    }
}
