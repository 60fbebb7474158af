/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.kvcache.KvOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session's budget events, those that its request came with and those decided since, in their order; from where on new ones may be decided, and who is
 * told of them. Owned by the decode loop.
 */
final class BudgetLog {
    private final KvOptions asked;
    private final int unsettledFrom;
    private final DecodeListener log;
    private final List<BudgetEvent> events = new ArrayList<>();

    /**
     * As a request has them.
     *
     * @param unsettledFrom the first position from which a new one has influenced nothing that was told: nothing is decided before it
     * @param log hears of new ones
     * @throws IllegalArgumentException if they are not what can have happened to such a cache
     */
    BudgetLog(KvOptions asked, List<BudgetEvent> known, int unsettledFrom, DecodeListener log) {
        this.asked = asked;
        this.unsettledFrom = unsettledFrom;
        this.log = log;
        known.forEach(this::add);
    }

    private void add(BudgetEvent event) {
        if (asked.full() || event.budget() < asked.leastBudget() || event.budget() > asked.budget()) {
            throw new IllegalArgumentException("a budget of " + event.budget() + " from position " + event.position()
                    + " on: this session's may be " + asked.leastBudget() + " to " + asked.budget()
                    + ", and a full cache has none");
        }
        @Nullable RepeatedPart part = event.repeated();
        if (part != null && (!asked.policy().reconstructs() || part.rows() > KvOptions.REPEATED)) {
            throw new IllegalArgumentException("a part of " + part.rows() + " rows repeated at position "
                    + event.position() + ": of KV policy "
                    + asked.policy().name() + " it may have "
                    + (asked.policy().reconstructs() ? "at most " + KvOptions.REPEATED : "none"));
        }
        if (!events.isEmpty() && event.position() < events.getLast().position()) {
            throw new IllegalArgumentException("a budget from position " + event.position() + " on follows one from "
                    + events.getLast().position() + " on: hand them in as they were told");
        }
        events.add(event);
    }

    /** Whether one may be decided at a position where {@code happened} of them are in force: no token is told that would change, no later event known. */
    boolean open(int position, int happened) {
        return position >= Math.max(1, unsettledFrom) && happened == events.size();
    }

    /** One more is in force: the session's log hears of it now, before any token that it influences. */
    void decided(BudgetEvent event) {
        add(event);
        log.on(new BudgetChanged(event));
    }

    BudgetEvent get(int i) {
        return events.get(i);
    }

    List<BudgetEvent> all() {
        return List.copyOf(events);
    }

    /** The position of the i-th; never if there is none. */
    int position(int i) {
        return i < events.size() ? events.get(i).position() : ChangePoints.NEVER;
    }
}
