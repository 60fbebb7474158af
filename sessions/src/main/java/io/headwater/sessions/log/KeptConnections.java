/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections for reading that stay open from one use to the next: opening one takes longer than most reads. As many as have ever been used at once. Any
 * thread.
 */
final class KeptConnections implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeptConnections.class);

    private final Connections connections;
    private final ConcurrentLinkedQueue<Connection> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    KeptConnections(Connections connections) {
        this.connections = connections;
    }

    /** What is read over one connection; it may be read twice. */
    @FunctionalInterface
    interface Query<T> {
        T run(Connection connection) throws SQLException, LogException;
    }

    <T> T use(Query<T> query) throws SQLException, LogException {
        @Nullable Connection kept = idle.poll();
        if (kept != null) {
            try {
                return use(kept, query);
            } catch (SQLException e) { // it may have broken since it was used last
                LOG.debug("a kept connection is broken: {}", e.getMessage());
            }
        }
        return use(connections.open(), query);
    }

    private <T> T use(Connection connection, Query<T> query) throws SQLException, LogException {
        boolean done = false;
        try {
            T result = query.run(connection);
            done = true;
            return result;
        } finally {
            if (done && !closed) {
                idle.add(connection);
            } else {
                close(connection);
            }
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("closing a connection: {}", e.getMessage());
        }
    }

    /** Idle ones now, others after their use. */
    @Override
    public void close() {
        closed = true;
        for (@Nullable Connection each = idle.poll(); each != null; each = idle.poll()) {
            close(each);
        }
    }
}
