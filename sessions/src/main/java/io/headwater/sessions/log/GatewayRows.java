/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What gateways write of themselves, and read of each other. Belongs to whoever has the connection; all but {@link #join} is part of a transaction. */
final class GatewayRows {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayRows.class);

    private GatewayRows() {}

    /**
     * A new gateway: its id is new, too, also where a process starts again.
     *
     * @return the id: where it is, its process, and something that no other has
     */
    static String join(Connection connection, String process) throws SQLException {
        String host;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT COALESCE(HOST(INET_CLIENT_ADDR()), 'local')")) {
            row.next();
            host = row.getString(1);
        }
        String gateway = host + "/" + process;
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO GATEWAYS (ID, BEAT) VALUES (?, 0)")) {
            insert.setString(1, gateway);
            insert.executeUpdate();
        }
        return gateway;
    }

    /** A sign of life. */
    static void beat(Connection connection, String gateway) throws SQLException {
        if (update(connection, "UPDATE GATEWAYS SET BEAT = BEAT + 1 WHERE ID = ?", gateway) == 0) {
            throw new FencedException(gateway);
        }
    }

    /** How often each of the others has given one. */
    static Map<String, Long> others(Connection connection, String gateway) throws SQLException {
        Map<String, Long> beats = new HashMap<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT ID, BEAT FROM GATEWAYS WHERE ID <> ?")) {
            select.setString(1, gateway);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    beats.put(row.getString(1), row.getLong(2));
                }
            }
        }
        return beats;
    }

    /**
     * It goes, and its sessions are nobody's: if it has not given another sign of life since, and no transaction of its own is under way. That is not
     * waited for: whoever waited would give no sign of life itself.
     */
    static boolean bury(Connection connection, String gateway, long beat) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM GATEWAYS WHERE ID ="
                + " (SELECT ID FROM GATEWAYS WHERE ID = ? AND BEAT = ? FOR UPDATE SKIP LOCKED)")) {
            delete.setString(1, gateway);
            delete.setLong(2, beat);
            return delete.executeUpdate() > 0;
        }
    }

    /** It ends by itself. */
    static void leave(Connection connection, String gateway) throws SQLException {
        update(connection, "DELETE FROM GATEWAYS WHERE ID = ?", gateway);
    }

    /** Sessions with an answer at work that are nobody's. */
    static List<String> orphans(Connection connection) throws SQLException {
        List<String> orphans = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT ID FROM SESSIONS WHERE RUNNING AND NOT EXISTS"
                        + " (SELECT 1 FROM OWNERS WHERE SESSION = ID) ORDER BY TOUCHED LIMIT 1000")) {
            while (row.next()) {
                orphans.add(row.getString(1));
            }
        }
        return orphans;
    }

    /** What the others want of this one; they repeat it if need be. */
    static List<Wish> wishes(Connection connection, String gateway) throws SQLException {
        List<Wish> wishes = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT SESSION, WISH FROM OWNERS WHERE GATEWAY = ? AND WISH IS NOT NULL")) {
            select.setString(1, gateway);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    String session = row.getString(1);
                    String text = row.getString(2);
                    Wish.read(session, text)
                            .ifPresentOrElse(
                                    wishes::add,
                                    () -> LOG.warn(
                                            "session {}: another gateway wants '{}', which this version does not know",
                                            session,
                                            text));
                }
            }
        }
        if (!wishes.isEmpty()) {
            update(connection, "UPDATE OWNERS SET WISH = NULL WHERE GATEWAY = ? AND WISH IS NOT NULL", gateway);
        }
        return wishes;
    }

    private static int update(Connection connection, String sql, String gateway) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, gateway);
            return statement.executeUpdate();
        }
    }
}
