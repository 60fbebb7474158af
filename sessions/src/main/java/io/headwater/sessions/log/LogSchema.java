/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The log's tables, in SQL that SQLite and PostgreSQL both read. {@code EVENTS} has a row per event: {@code SEQ} counts all events of a session,
 * {@code TOLD} those that a client is told (null for others). {@code SESSIONS} says which sessions there are and which have an answer at work.
 */
final class LogSchema {
    static final int VERSION = 1;
    private static final String VERSION_KEY = "schema_version";

    private static final List<String> TABLES = List.of(
            "CREATE TABLE SESSIONS (ID VARCHAR(64) PRIMARY KEY, CREATED BIGINT NOT NULL, TOUCHED BIGINT NOT NULL,"
                    + " PLAIN BOOLEAN NOT NULL, RUNNING BOOLEAN NOT NULL)",
            "CREATE INDEX SESSIONS_TOUCHED ON SESSIONS (TOUCHED)",
            "CREATE TABLE EVENTS (SESSION VARCHAR(64) NOT NULL, SEQ INTEGER NOT NULL, KIND SMALLINT NOT NULL,"
                    + " TOLD INTEGER, DATA TEXT NOT NULL, PRIMARY KEY (SESSION, SEQ))",
            "CREATE UNIQUE INDEX EVENTS_TOLD ON EVENTS (SESSION, TOLD)");

    /**
     * Where several gateways share the log: which there are, and whose the sessions in their memories are. A gateway that is taken for dead loses its row,
     * and with it its sessions. The index finds answers that nobody goes on with.
     */
    private static final List<String> SHARED_TABLES = List.of(
            "CREATE TABLE GATEWAYS (ID VARCHAR(128) PRIMARY KEY, BEAT BIGINT NOT NULL)",
            "CREATE TABLE OWNERS (SESSION VARCHAR(64) PRIMARY KEY,"
                    + " GATEWAY VARCHAR(128) NOT NULL REFERENCES GATEWAYS ON DELETE CASCADE, WISH VARCHAR(16))",
            "CREATE INDEX OWNERS_GATEWAY ON OWNERS (GATEWAY)",
            "CREATE INDEX SESSIONS_RUNNING ON SESSIONS (ID) WHERE RUNNING");

    /** Gateways that begin at once prepare the tables one after another; the number is Headwater's own. */
    private static final String ONE_AT_A_TIME = "SELECT PG_ADVISORY_XACT_LOCK(4849871)";

    private LogSchema() {}

    /** Makes the tables where there are none, in one transaction; refuses those of another version. */
    static void prepare(Connection connection, boolean shared) throws SQLException, LogException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            if (shared) {
                statement.execute(ONE_AT_A_TIME);
            }
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS META (NAME VARCHAR(64) PRIMARY KEY, CONTENT VARCHAR(256) NOT NULL)");
            int found = version(connection);
            if (found > 0 && found != VERSION) {
                throw new LogException("the token log has schema version " + found + ", this Headwater knows " + VERSION
                        + ": use the version of Headwater that wrote it, or another data directory or database");
            }
            if (found == 0) {
                create(connection, shared);
            }
            connection.commit();
        }
        connection.setAutoCommit(true);
    }

    private static void create(Connection connection, boolean shared) throws SQLException {
        try (Statement statement = connection.createStatement();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO META (NAME, CONTENT) VALUES (?, ?)")) {
            for (String table : TABLES) {
                statement.execute(table);
            }
            for (String table : shared ? SHARED_TABLES : List.<String>of()) {
                statement.execute(table);
            }
            insert.setString(1, VERSION_KEY);
            insert.setString(2, Integer.toString(VERSION));
            insert.executeUpdate();
        }
    }

    /** 0 in an empty database. */
    private static int version(Connection connection) throws SQLException, LogException {
        try (PreparedStatement select = connection.prepareStatement("SELECT CONTENT FROM META WHERE NAME = ?")) {
            select.setString(1, VERSION_KEY);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? Integer.parseInt(row.getString(1)) : 0;
            }
        } catch (NumberFormatException e) {
            throw new LogException("the token log's schema version is no number: this is not Headwater's database", e);
        }
    }
}
