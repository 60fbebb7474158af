/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.testlog;

import io.headwater.sessions.log.Connections;
import io.headwater.sessions.log.LogException;
import io.headwater.sessions.log.PostgresDatabase;
import io.headwater.sessions.log.TokenLog;
import io.headwater.testing.PostgresServer;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.Optional;

/** The databases in which a log can be: tests of the log run on each of them. */
public enum TestDatabase {
    SQLITE {
        @Override
        public Place place(Path directory) {
            String url = "jdbc:sqlite:" + directory.resolve("sessions.sqlite").toAbsolutePath()
                    + "?journal_mode=WAL&busy_timeout=5000";
            return new Place(
                    () -> DriverManager.getConnection(url),
                    () -> TokenLog.embedded(directory),
                    connections -> TokenLog.open(connections, NAME));
        }
    },
    /** Skipped where it is not installed. */
    POSTGRESQL {
        @Override
        public Place place(Path directory) throws LogException {
            PostgresDatabase database =
                    PostgresDatabase.at(PostgresServer.require().newSchema(), Optional.of(PostgresServer.PASSWORD));
            return new Place(
                    database,
                    () -> TokenLog.shared(database, LEASE, directory),
                    connections -> TokenLog.shared(connections, NAME, LEASE));
        }
    };

    private static final String NAME = "the test's log";
    private static final Duration LEASE = Duration.ofSeconds(2);

    /** An empty database. */
    public abstract Place place(Path directory) throws LogException;

    /**
     * A place for one log.
     *
     * @param server opens it as a server does
     * @param any opens it over connections that may be lost
     */
    public record Place(Connections connections, Opening server, OpeningOver any) {
        public TokenLog open() throws LogException {
            return server.log();
        }

        public TokenLog open(Connections over) throws LogException {
            return any.log(over);
        }
    }

    /** Opens a log. */
    @FunctionalInterface
    public interface Opening {
        TokenLog log() throws LogException;
    }

    /** Opens a log over these connections. */
    @FunctionalInterface
    public interface OpeningOver {
        TokenLog log(Connections connections) throws LogException;
    }
}
