/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Whose a session is, written in the transactions that write the session itself. Belongs to one gateway and one connection, and to the thread that has
 * that.
 */
final class Owners {
    private final String gateway;
    private final PreparedStatement alive;
    private final PreparedStatement claim;
    private final PreparedStatement release;
    private final PreparedStatement wish;

    Owners(Connection connection, String gateway) throws SQLException {
        this.gateway = gateway;
        alive = connection.prepareStatement("SELECT 1 FROM GATEWAYS WHERE ID = ? FOR KEY SHARE");
        claim = connection.prepareStatement("INSERT INTO OWNERS (SESSION, GATEWAY) SELECT ID, ? FROM SESSIONS"
                + " WHERE ID = ? ON CONFLICT DO NOTHING");
        release = connection.prepareStatement("DELETE FROM OWNERS WHERE SESSION = ? AND GATEWAY = ?");
        wish = connection.prepareStatement("UPDATE OWNERS SET WISH = ? WHERE SESSION = ? AND GATEWAY <> ?");
    }

    /**
     * Comes first in every transaction: a gateway that was taken for dead writes nothing any more. While the lock is held nobody takes it for dead; signs
     * of life do not wait for it.
     */
    void checkAlive() throws SQLException {
        alive.setString(1, gateway);
        try (ResultSet row = alive.executeQuery()) {
            if (!row.next()) {
                throw new FencedException(gateway);
            }
        }
    }

    /** The session is this gateway's from now on, unless it is another's already, or there is no such session. */
    void claim(String session) throws SQLException {
        claim.setString(1, gateway);
        claim.setString(2, session);
        claim.executeUpdate();
    }

    /** It is nobody's. */
    void release(String session) throws SQLException {
        release.setString(1, session);
        release.setString(2, gateway);
        release.executeUpdate();
    }

    /** Nobody wants anything of itself: a session that has become this gateway's meanwhile is left alone. */
    void wish(Wish wanted) throws SQLException {
        wish.setString(1, wanted.text());
        wish.setString(2, wanted.session());
        wish.setString(3, gateway);
        wish.executeUpdate();
    }
}
