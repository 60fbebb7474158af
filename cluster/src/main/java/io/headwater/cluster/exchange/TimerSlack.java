/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** How late Linux may wake a sleeping thread: 50 µs unless told otherwise, ten times what a wait for a message should cost. */
final class TimerSlack {
    private static final int PR_SET_TIMERSLACK = 29;
    private final Optional<MethodHandle> prctl;

    @SuppressWarnings("restricted")
    TimerSlack() {
        Linker linker = Linker.nativeLinker();
        prctl = linker.defaultLookup()
                .find("prctl")
                .map(symbol -> linker.downcallHandle(
                        symbol,
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
                        Linker.Option.firstVariadicArg(1)));
    }

    /** Asks for exact wakes of the calling thread. A system that refuses, or knows no such thing, wakes later, no more. */
    void least() {
        if (prctl.isEmpty()) {
            return;
        }
        try {
            int _ = (int) prctl.get().invokeExact(PR_SET_TIMERSLACK, 1L);
        } catch (Throwable e) {
            throw new AssertionError("prctl", e);
        }
    }
}
