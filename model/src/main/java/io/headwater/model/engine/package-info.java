/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The forward pass. An {@code EngineGroup} runs one {@code ShardEngine} per node of a plan in this process, or only one of a plan whose others
 * run elsewhere; to a decode loop it is a {@code StepEngine}. A step is a {@code StepBatch}: rows of many sequences, which share one pass
 * over the weights and change no bit of each other; {@code AttentionPhase} alone tells them apart. {@code ForwardPass} is a
 * token's way through the layers in reading order. An engine's workers all run the same program and meet at a {@code PhaseBarrier};
 * engines meet through one seam, {@code Exchange}. A long prompt may be read by stages, some layers at a time ({@code StagedSegment}, {@code
 * StagePhase}).
 *
 * <p>Threads: {@code EngineGroup} and {@code Sequence} belong to the caller; everything else to an engine's own threads.
 */
@NullMarked
package io.headwater.model.engine;

import org.jspecify.annotations.NullMarked;
