/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.NodeFigures;
import java.util.concurrent.CompletionStage;

/** A node's engine in one epoch: loaded, connected, warm. Any thread. */
public interface NodeEngine {
    long epoch();

    /** Name of the kernels in use. */
    String kernels();

    /** Packed weights. */
    long weightBytes();

    /** What it has done so far; quick. */
    NodeFigures figures();

    /** Stops threads and frees memory, not on the calling thread; repeated calls give the same future. */
    CompletionStage<Void> close();
}
