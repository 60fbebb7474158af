/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/** The gateways that hear the plan's state, and the state. Owned by the planner. */
final class Subscribers {
    private final Set<ActorRef<PlanState>> refs = new LinkedHashSet<>();
    private PlanState state = new PlanState.NoPlan(0, "no node has joined yet", false);

    PlanState state() {
        return state;
    }

    /** Tells the new state to all. */
    void publish(PlanState next) {
        state = next;
        List.copyOf(refs).forEach(ref -> ref.tell(next));
    }

    /** Tells the state; whether the gateway is new. */
    boolean add(ActorRef<PlanState> ref) {
        ref.tell(state);
        return refs.add(ref);
    }

    void remove(ActorRef<PlanState> ref) {
        refs.remove(ref);
    }
}
