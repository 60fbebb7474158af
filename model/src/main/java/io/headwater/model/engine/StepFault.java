/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong with a step's numbers; the step runs to its end all the same, and then each run with a fault is refused. Of several faults
 * of a run the one in the lowest layer, there at the lowest position, is told, whichever worker reports first; at one place the first, which is
 * the cause. What is reported here is known to all shards alike.
 */
final class StepFault {
    private final StepBatch batch;
    private final @Nullable Fault[] lowest;
    private volatile boolean any;

    StepFault(StepBatch batch) {
        this.batch = batch;
        this.lowest = new Fault[batch.maxRows()];
    }

    /** A value of the current step that is not finite or out of range, in a layer and a row. */
    void report(String what, int layer, int row) {
        int run = batch.run(row);
        Fault fault = new Fault(what, layer, batch.position(row));
        synchronized (this) {
            Fault known = lowest[run];
            if (known == null || fault.before(known)) {
                lowest[run] = fault;
            }
        }
        any = true;
    }

    /** Whether there was a fault since the last {@link #clear}. Called between steps, as all that follow. */
    boolean any() {
        return any;
    }

    /** A run's fault, or null. */
    @Nullable
    String of(int run) {
        Fault fault = lowest[run];
        return fault == null
                ? null
                : fault.what() + " in layer " + fault.layer() + " at position " + fault.position()
                        + ": the model file is damaged or unfit for 8-bit activations";
    }

    /** Forgets all. */
    void clear() {
        Arrays.fill(lowest, null);
        any = false;
    }

    private record Fault(String what, int layer, int position) {
        boolean before(Fault other) {
            return layer < other.layer || (layer == other.layer && position < other.position);
        }
    }
}
