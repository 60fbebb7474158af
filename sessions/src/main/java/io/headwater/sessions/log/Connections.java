/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.sql.Connection;
import java.sql.SQLException;

/** Gives connections to the database that holds the log. */
@FunctionalInterface
public interface Connections {
    Connection open() throws SQLException;
}
