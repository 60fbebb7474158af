/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.membership;

import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;

/** Who goes on when members do not hear each other any more. The same on all nodes of a cluster. */
public enum Downing {
    /** The part with the oldest member, a parent process that all others end with. */
    KEEP_OLDEST("keep-oldest"),
    /** The larger part. Two members survive no loss of the one with the lower address. */
    KEEP_MAJORITY("keep-majority");

    private final String strategy;

    Downing(String strategy) {
        this.strategy = strategy;
    }

    String strategy() {
        return strategy;
    }

    /** Takes a member out at once, without waiting for the failure detector. Only for one whose process is known to have ended. */
    public static void down(ActorSystem<?> system, HostPort address) {
        Cluster.get(system).manager().tell(new Down(Membership.address(address)));
    }
}
