/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

/**
 * Why an epoch is over: told once.
 *
 * @param peer whose fault it is, as its shard in the plan; this node itself for {@link Kind#SELF_STOPPED} and {@link Kind#MEDIA}
 * @param step where this node was
 * @param layer where this node was; meaningless outside a layer
 * @param phase where this node was
 * @param sentence what, who, where, for people
 */
public record PeerFault(int peer, long step, int layer, int phase, Kind kind, String sentence) {
    /** What is wrong. */
    public enum Kind {
        /** No sign of life. */
        DEAD,
        /** Signs of life but no progress while others wait. */
        HUNG,
        /** It has said goodbye. */
        LEFT,
        /** This process itself did not run for so long that the others have given it up: it must exit. */
        SELF_STOPPED,
        /** The media driver of this node has gone. */
        MEDIA
    }
}
