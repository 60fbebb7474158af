/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The keys and values of a sequence on one shard: a {@code SequenceCache} holds one {@code HeadCache} per layer and KV head, each a
 * list of blocks of its own from the shard's arena, with a length of its own. {@code KvOptions} says how a session's cache is kept; where its
 * policy asks for it, entries have positions, sums and further state ({@code EntryColumns}) and heads their last queries ({@code QueryRing}).
 * Heads give entries up at change points, on workers; the engine's thread frees the blocks after the step.
 */
@NullMarked
package io.headwater.model.kvcache;

import org.jspecify.annotations.NullMarked;
