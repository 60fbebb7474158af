/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One node's engine in one epoch. The leader (shard 0) decides every step and tells it to the followers on the step stream; all run it, each
 * on its shard, and meet in the exchange. Read {@code ShardRuntime} first, then {@code LeaderEngine} and {@code Follower}.
 *
 * <p>Caches of sessions leave the memory for files, and come back, by the leader's orders between two steps: {@code ClusterShelf}, {@code NodeShelf}.
 *
 * <p>A runtime has one engine thread (the leader's decode thread or the follower's), which owns the engine group and is its worker 0.
 * Starting and closing block and belong to a loader thread; everything else may be called from anywhere.
 */
@NullMarked
package io.headwater.cluster.runtime;

import org.jspecify.annotations.NullMarked;
