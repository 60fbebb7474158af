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

    private LogSchema() {}

    /**
     * Makes the tables where there are none; refuses those of another version. In one transaction, so that two servers that begin at once see each other's
     * work whole; {@code first} begins it.
     */
    static void prepare(Connection connection, List<String> first) throws SQLException, LogException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (String begin : first) {
                statement.execute(begin);
            }
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS META (NAME VARCHAR(64) PRIMARY KEY, CONTENT VARCHAR(256) NOT NULL)");
            int found = version(connection);
            if (found > 0 && found != VERSION) {
                throw new LogException("the token log has schema version " + found + ", this Headwater knows " + VERSION
                        + ": use the version of Headwater that wrote it, or another data directory or database");
            }
            if (found == 0) {
                create(connection, statement);
            }
            connection.commit();
        }
        connection.setAutoCommit(true);
    }

    private static void create(Connection connection, Statement statement) throws SQLException {
        for (String table : TABLES) {
            statement.execute(table);
        }
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO META (NAME, CONTENT) VALUES (?, ?)")) {
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
