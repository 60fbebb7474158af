/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/** A PostgreSQL database that a JDBC URL names. No wait for it is without an end: an answer that does not come breaks the connection. */
public final class PostgresDatabase implements Connections {
    private static final String SCHEME = "jdbc:postgresql:";
    private static final String CONNECT_SECONDS = "5";
    private static final String ANSWER_SECONDS = "10";
    /** Of a gateway that stands still within a transaction the locks go. */
    private static final String NO_LONG_TRANSACTIONS = "SET IDLE_IN_TRANSACTION_SESSION_TIMEOUT = '2s'";
    /** SQL states of a password that is wrong or missing. */
    private static final Set<String> DENIED = Set.of("28P01", "28000", "08004");

    private final String url;
    private final Properties properties = new Properties();

    private PostgresDatabase(String url, Optional<String> password) {
        this.url = url;
        properties.setProperty("connectTimeout", CONNECT_SECONDS);
        properties.setProperty("loginTimeout", ANSWER_SECONDS);
        properties.setProperty("socketTimeout", ANSWER_SECONDS);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", "headwater");
        password.ifPresent(secret -> properties.setProperty("password", secret));
    }

    /**
     * The database at a URL; what its query part says counts before the settings here.
     *
     * @throws LogException if it is no URL of PostgreSQL, or has a user or a password elsewhere than in its query part
     */
    public static PostgresDatabase at(String url, Optional<String> password) throws LogException {
        try {
            if (url.startsWith(SCHEME) && beforeQuery(url).indexOf('@') < 0) { // a password would be part of the name
                DriverManager.getDriver(url); // takes no URL that it cannot read
                return new PostgresDatabase(url, password);
            }
        } catch (SQLException e) {
            throw new LogException(unreadable(), e);
        }
        throw new LogException(unreadable());
    }

    /** Without the URL: there may be a password in it. */
    private static String unreadable() {
        return "this is no JDBC URL of PostgreSQL: give one as " + SCHEME + "//HOST:5432/NAME?user=USER";
    }

    /** The URL without its query part, which may hold a password. */
    public String name() {
        return beforeQuery(url);
    }

    private static String beforeQuery(String url) {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }

    @Override
    public Connection open() throws SQLException {
        Connection connection = DriverManager.getConnection(url, properties);
        boolean ready = false;
        try (Statement statement = connection.createStatement()) {
            statement.execute(NO_LONG_TRANSACTIONS);
            ready = true;
            return connection;
        } finally {
            if (!ready) {
                connection.close();
            }
        }
    }

    /** One line for the operator: why there is no connection, and what to do where that is known. */
    static String problem(SQLException failure) {
        String line = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
        return DENIED.contains(String.valueOf(failure.getSQLState()))
                ? line + " (the password comes from HEADWATER_DATABASE_PASSWORD)"
                : line;
    }

    /** Any text must fit in. */
    static void checkEncoding(Connection connection) throws SQLException, LogException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SHOW server_encoding")) {
            row.next();
            if (!row.getString(1).equals("UTF8")) {
                throw new LogException("the database's encoding is " + row.getString(1)
                        + ", in which not every text can be kept: make one with ENCODING 'UTF8'");
            }
        }
    }
}
