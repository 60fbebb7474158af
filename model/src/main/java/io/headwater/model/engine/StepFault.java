/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import org.jspecify.annotations.Nullable;

/**
 * What went wrong with a step's numbers; the step runs to its end all the same and is then refused. Of several faults the one in the
 * lowest layer, there at the lowest position, is told, whichever worker reports first;
 * at one place the first, which is the cause.
 */
final class StepFault {
    private volatile @Nullable Fault lowest;

    /** A value that is not finite or out of range, in a layer and at a position. */
    void report(String what, int layer, int position) {
        Fault fault = new Fault(what, layer, position);
        synchronized (this) {
            Fault known = lowest;
            if (known == null || fault.before(known)) {
                lowest = fault;
            }
        }
    }

    /** The fault since the last call, or null. Called between steps. */
    @Nullable
    String take() {
        Fault fault = lowest;
        if (fault == null) {
            return null;
        }
        lowest = null;
        return fault.what() + " in layer " + fault.layer() + " at position " + fault.position();
    }

    private record Fault(String what, int layer, int position) {
        boolean before(Fault other) {
            return layer < other.layer || (layer == other.layer && position < other.position);
        }
    }
}
