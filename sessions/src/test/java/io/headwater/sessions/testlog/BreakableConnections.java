/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.testlog;

import io.headwater.sessions.log.Connections;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

/** A database that can be lost and come back. Any thread. */
public final class BreakableConnections implements Connections {
    private final Connections connections;
    private volatile boolean broken;
    private volatile boolean silentCommit;

    public BreakableConnections(Connections connections) {
        this.connections = connections;
    }

    /** Every commit and every new connection fails, until {@link #mend}. */
    public void breakDown() {
        broken = true;
    }

    public void mend() {
        broken = false;
    }

    /** The next commit is done, but fails as far as its caller hears. */
    public void loseTheNextAnswer() {
        silentCommit = true;
    }

    @Override
    public Connection open() throws SQLException {
        failIfBroken();
        Connection real = connections.open();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (_, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        commit(real);
                        return null;
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    private void commit(Connection real) throws SQLException {
        failIfBroken();
        real.commit();
        if (silentCommit) {
            silentCommit = false;
            throw new SQLException("the connection was lost after the commit");
        }
    }

    private void failIfBroken() throws SQLException {
        if (broken) {
            throw new SQLException("no space left on device");
        }
    }
}
