/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

/** Why an epoch is over for this node. The sentence says what happened and where. */
public sealed interface RuntimeFault {
    String sentence();

    /** Another node was not heard any more (dead), is alive but does not get on (hung), or has ended the epoch by itself (left). */
    record PeerLost(int suspect, Cause cause, String sentence) implements RuntimeFault {}

    /** This node's engine, or its leader's work, broke: a damaged model, no memory, a bug. */
    record EngineBroken(String sentence) implements RuntimeFault {}

    /** This process stood still so long that the others must take it for dead: it should exit. */
    record SelfStopped(String sentence) implements RuntimeFault {}

    /** How a peer was lost. */
    enum Cause {
        DEAD,
        HUNG,
        LEFT
    }
}
