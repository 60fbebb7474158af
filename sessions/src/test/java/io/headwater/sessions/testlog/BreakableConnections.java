/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.testlog;

import io.headwater.sessions.log.Connections;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A database that can be lost and come back. Any thread. */
public final class BreakableConnections implements Connections {
    private final Connections connections;
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private volatile boolean broken;
    private volatile boolean silentCommit;
    private final AtomicReference<@Nullable HeldRead> held = new AtomicReference<>();

    public BreakableConnections(Connections connections) {
        this.connections = connections;
    }

    /** Every commit and every new connection fails, until {@link #mend}. */
    public void breakDown() {
        broken = true;
    }

    /** Reads of a session's events so far. */
    public int reads() {
        return reads.get();
    }

    /** Commits and connections that have failed so far. */
    public int refusals() {
        return refusals.get();
    }

    public void mend() {
        broken = false;
    }

    /** The next commit is done, but fails as far as its caller hears. */
    public void loseTheNextAnswer() {
        silentCommit = true;
    }

    /** The next read of a session's events is made, but nobody hears of it before {@link HeldRead#goOn}. */
    public HeldRead holdTheNextRead() {
        HeldRead next = new HeldRead();
        held.set(next);
        return next;
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
                    Object result = invoke(real, method, arguments);
                    boolean isRead = result instanceof PreparedStatement
                            && arguments[0].toString().contains("AND SEQ >= ?");
                    if (isRead) {
                        reads.incrementAndGet();
                    }
                    @Nullable HeldRead hold = isRead ? held.getAndSet(null) : null;
                    return hold == null ? result : hold.held((PreparedStatement) result);
                });
    }

    static Object invoke(Object real, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
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
            refusals.incrementAndGet();
            throw new SQLException("no space left on device");
        }
    }
}
