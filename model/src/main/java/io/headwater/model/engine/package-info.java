/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The forward pass. An {@code EngineGroup} runs one {@code ShardEngine} per node of a plan in this process; {@code ForwardPass} is a
 * token's way through the layers in reading order. An engine's workers all run the same program and meet at a {@code PhaseBarrier};
 * engines meet through one seam, {@code Exchange}.
 *
 * <p>Threads: {@code EngineGroup} and {@code Sequence} belong to the caller; everything else to an engine's own threads.
 */
@NullMarked
package io.headwater.model.engine;

import org.jspecify.annotations.NullMarked;
