/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** How late Linux may wake a sleeping thread: 50 µs unless told otherwise, ten times what a wait for a message should cost. */
final class TimerSlack {
    private static final int PR_SET_TIMERSLACK = 29;
    private final MethodHandle prctl;

    @SuppressWarnings("restricted")
    TimerSlack() {
        Linker linker = Linker.nativeLinker();
        prctl = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("prctl"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG),
                Linker.Option.firstVariadicArg(1));
    }

    /** Asks for exact wakes of the calling thread. A system that refuses wakes later, no more. */
    boolean least() {
        try {
            return (int) prctl.invokeExact(PR_SET_TIMERSLACK, 1L) == 0;
        } catch (Throwable e) {
            throw new AssertionError("prctl", e);
        }
    }
}
