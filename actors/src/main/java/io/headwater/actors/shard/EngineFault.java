/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import java.util.List;

/**
 * Why an engine stopped.
 *
 * @param sentence what, where, for the log and for users
 * @param suspects shards of the plan that are to blame, if others are
 */
public record EngineFault(long epoch, Kind kind, String sentence, List<Integer> suspects) {
    public EngineFault {
        suspects = List.copyOf(suspects);
    }

    /** What kind. */
    public enum Kind {
        /** A peer gives no sign of life. */
        PEER_DEAD,
        /** A peer is alive and gets nowhere. */
        PEER_HUNG,
        /** A peer has closed its engine and said so: it has another plan, or a fault that it reports itself. Nobody is to blame. */
        PEER_LEFT,
        /** This process stood still for longer than others wait: it must end. */
        SELF_STOPPED,
        /** This node's engine failed. */
        ENGINE_FAILED
    }
}
