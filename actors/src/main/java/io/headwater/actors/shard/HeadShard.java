/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

/** Owns the life of a node's engine: loads it for a plan, serves, drains, stops it, and reports its loss. */
public final class HeadShard {
    private HeadShard() {}

    public sealed interface Command permits Leave {}

    /** The node is to go politely: it is drained first; then, or after the deadline, {@link Left} is told. */
    public record Leave() implements Command {}

    /** What the node's owner hears. */
    public sealed interface Event {}

    /** Weights are being packed. */
    public record Loading(long epoch, long loadedBytes, long totalBytes) implements Event {}

    /** The node serves in this epoch's plan. */
    public record Serving(long epoch, boolean leads, int shard, int shards) implements Event {}

    /** The node is not in a plan. */
    public record StandingBy(String reason) implements Event {}

    /** The engine of this epoch is gone; a new plan follows. */
    public record LostEpoch(long epoch, String reason) implements Event {}

    /** The node may leave the cluster; its engine is closed. */
    public record Left() implements Event {}

    /** The process must end now, with this reason. */
    public record Retired(String reason) implements Event {}
}
