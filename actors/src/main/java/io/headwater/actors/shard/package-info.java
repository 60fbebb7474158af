/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One node's part in a plan: {@code HeadShard} owns the life of the node's engine. {@link io.headwater.actors.shard.EngineLoader} makes
 * engines on a thread of its own; the actor waits for nothing. Runs on the actor system's dispatcher.
 */
@NullMarked
package io.headwater.actors.shard;

import org.jspecify.annotations.NullMarked;
