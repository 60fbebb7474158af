/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.testlog;

import java.lang.reflect.Proxy;
import java.sql.PreparedStatement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A read whose answer is on its way for as long as a test wants. Any thread. */
public final class HeldRead {
    private static final int SECONDS = 20;

    private final CountDownLatch read = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);

    HeldRead() {}

    /** Waits until the database has answered. */
    public void awaitRead() throws InterruptedException {
        await(read, "nothing was read");
    }

    /** Whoever reads hears what the database has answered then. */
    public void goOn() {
        goesOn.countDown();
    }

    PreparedStatement held(PreparedStatement real) {
        return (PreparedStatement) Proxy.newProxyInstance(
                PreparedStatement.class.getClassLoader(),
                new Class<?>[] {PreparedStatement.class},
                (_, method, arguments) -> {
                    Object result = BreakableConnections.invoke(real, method, arguments);
                    if (method.getName().equals("executeQuery")) {
                        read.countDown();
                        await(goesOn, "the test does not let it go on");
                    }
                    return result;
                });
    }

    private static void await(CountDownLatch latch, String otherwise) throws InterruptedException {
        if (!latch.await(SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError(otherwise);
        }
    }
}
