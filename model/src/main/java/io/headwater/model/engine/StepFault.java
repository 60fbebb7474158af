/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The first thing that went wrong with a step's numbers; the step runs to its end all the same and is then refused. */
final class StepFault {
    private final AtomicReference<@Nullable String> first = new AtomicReference<>();

    /** A value that is not finite or out of range, in a layer and at a position. */
    void report(String what, int layer, int position) {
        if (first.get() == null) {
            first.compareAndSet(null, what + " in layer " + layer + " at position " + position);
        }
    }

    /** The fault since the last call, or null. */
    @Nullable
    String take() {
        return first.get() == null ? null : first.getAndSet(null);
    }
}
