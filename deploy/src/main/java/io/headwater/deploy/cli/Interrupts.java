/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import org.jline.utils.Signals;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C while a command has something to finish: inside the scope the first one runs the given action (on the signal's own thread),
 * the second ends the process with 130, as Ctrl-C does outside any scope.
 */
public final class Interrupts implements AutoCloseable {
    private final @Nullable Object previous;
    private boolean asked;

    private Interrupts(Runnable onInterrupt) {
        previous = Signals.register("INT", () -> handle(onInterrupt));
    }

    /** Opens the scope. The action is quick and thread-safe: it sets a flag that the work looks at. */
    public static Interrupts during(Runnable onInterrupt) {
        return new Interrupts(onInterrupt);
    }

    private synchronized void handle(Runnable onInterrupt) {
        if (asked) {
            Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
        }
        asked = true;
        onInterrupt.run();
    }

    @Override
    public void close() {
        if (previous != null) {
            Signals.unregister("INT", previous);
        }
    }
}
