/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.processes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jline.utils.Signals;

/**
 * Ends this process when its parent is gone: the parent holds the other end of standard input, which the system closes even after {@code
 * kill -9}. Ctrl-C goes to all processes of a terminal; here it means nothing, since the parent may still have an answer to finish.
 */
public final class ParentWatch {
    private ParentWatch() {}

    /** Watches from now on. {@code onEnd} runs when the parent is gone, on the watching thread. */
    public static void start(InputStream input, Runnable onEnd) {
        Signals.register("INT", () -> {});
        Thread.ofPlatform().daemon().name("parent-watch").start(() -> {
            awaitEnd(input);
            onEnd.run();
        });
    }

    private static void awaitEnd(InputStream input) {
        try {
            input.transferTo(OutputStream.nullOutputStream()); // the parent writes nothing
        } catch (IOException _) {
            return; // a broken pipe is an end, too
        }
    }
}
