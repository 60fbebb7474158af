/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.PlanAssignment;
import io.headwater.model.engine.LoadListener;
import java.util.concurrent.CompletionStage;

/** Makes a node's engines. The seam where a test injects time, loss or death. */
public interface EngineLoader {
    /**
     * Loads the weights of the node's shard, connects to the plan's other nodes and warms up, not on the calling thread. Fails with a
     * {@link LoadException}.
     *
     * @param progress told from loading threads
     * @param fault told at most once, from any thread, also before the engine is there: the epoch has ended
     */
    CompletionStage<NodeEngine> load(PlanAssignment assignment, LoadListener progress, FaultListener fault);

    /** Gives up loading for this epoch, if that still goes on: its future ends soon, one way or the other. */
    void cancel(long epoch);

    /** Hears that an epoch has ended. */
    @FunctionalInterface
    interface FaultListener {
        void lost(EngineFault fault);
    }
}
