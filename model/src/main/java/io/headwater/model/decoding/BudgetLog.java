/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.kvcache.KvOptions;
import java.util.ArrayList;
import java.util.List;

/** A session's budget events, those that its request came with and those since, in their order. Owned by the decode loop. */
final class BudgetLog {
    private final KvOptions asked;
    private final List<BudgetEvent> events = new ArrayList<>();
    private int told;

    /**
     * As a request has them.
     *
     * @throws IllegalArgumentException if they are not what can have happened to such a cache
     */
    BudgetLog(KvOptions asked, List<BudgetEvent> known) {
        this.asked = asked;
        known.forEach(this::add);
        told = known.size();
    }

    /**
     * One more.
     *
     * @throws IllegalArgumentException if it is not possible for such a cache, or lies before another
     */
    void add(BudgetEvent event) {
        if (asked.full() || event.budget() < asked.leastBudget() || event.budget() > asked.budget()) {
            throw new IllegalArgumentException("a budget of " + event.budget() + " from position " + event.position()
                    + " on: this session's may be " + asked.leastBudget() + " to " + asked.budget()
                    + ", and a full cache has none");
        }
        if (!events.isEmpty() && event.position() < events.getLast().position()) {
            throw new IllegalArgumentException("a budget from position " + event.position() + " on follows one from "
                    + events.getLast().position() + " on: hand them in as they were told");
        }
        events.add(event);
    }

    int size() {
        return events.size();
    }

    BudgetEvent get(int i) {
        return events.get(i);
    }

    /** The last one is not to be. */
    void revoke() {
        events.removeLast();
    }

    /** The first ones. */
    List<BudgetEvent> first(int count) {
        return List.copyOf(events.subList(0, count));
    }

    /** The position of the i-th; never if there is none. */
    int position(int i) {
        return i < events.size() ? events.get(i).position() : ChangePoints.NEVER;
    }

    /** How many the session's log has; they are the first. */
    int told() {
        return told;
    }

    /** The log gets to know the next one. */
    BudgetEvent tellNext() {
        return events.get(told++);
    }

    /**
     * Takes over what has happened to an idle session's cache since its last request: the log learns of it with this one, and has nothing yet that it could
     * have influenced.
     *
     * @param from the first position of such events
     */
    void adopt(ChangeLog changed, int from) {
        if (!beginsLike(changed)) {
            return;
        }
        for (int i = events.size(); i < changed.events(); i++) {
            BudgetEvent event = changed.event(i);
            if (event.position() < from) {
                return;
            }
            add(event);
        }
    }

    private boolean beginsLike(ChangeLog changed) {
        if (changed.events() <= events.size()) {
            return false;
        }
        for (int i = 0; i < events.size(); i++) {
            if (!events.get(i).equals(changed.event(i))) {
                return false;
            }
        }
        return true;
    }
}
