/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The positions at which a cache has changed shape, what was read by stages before, and which of the changes were budget events. Owned by the decode loop. */
final class ChangeLog {
    private int[] positions = new int[8];
    /** Of each change where the segment began that was read by stages before it; {@link ChangePoints#NEVER} if none was. */
    private int[] stagedFrom = new int[8];

    private int count;
    /** Which of the changes were events, ascending, and these. */
    private final List<Integer> places = new ArrayList<>();

    private final List<BudgetEvent> events = new ArrayList<>();

    /** A change that token counts ask for, after a segment that was read by stages from a position on, or never. */
    void add(int position, int staged) {
        if (count == positions.length) {
            positions = Arrays.copyOf(positions, 2 * count);
            stagedFrom = Arrays.copyOf(stagedFrom, 2 * count);
        }
        stagedFrom[count] = staged;
        positions[count++] = position;
    }

    /** A change to another budget. */
    void add(BudgetEvent event) {
        places.add(count);
        events.add(event);
        add(event.position(), ChangePoints.NEVER);
    }

    /** As it is when all that was due up to a position has happened: at one position first what token counts ask for, then budgets. */
    static ChangeLog due(ChangePoints due, BudgetLog budgets, int position) {
        ChangeLog log = new ChangeLog();
        while (true) {
            int next = due.next(log.last(), log.last());
            int event = budgets.position(log.events());
            if (Math.min(next, event) > position) {
                return log;
            }
            if (next <= event) {
                log.add(next, due.stagedFrom(log.last(), log.last()));
            } else {
                log.add(budgets.get(log.events()));
            }
        }
    }

    int count() {
        return count;
    }

    /** The i-th, from 0. */
    int get(int i) {
        return positions[i];
    }

    /** Where the segment began that was read by stages before the i-th; {@link ChangePoints#NEVER} if none was. */
    int stagedFrom(int i) {
        return stagedFrom[i];
    }

    /** Whether the i-th was a budget event. */
    boolean isEvent(int i) {
        return places.contains(i);
    }

    /** Budget events so far. */
    int events() {
        return events.size();
    }

    /** The i-th of them, from 0. */
    BudgetEvent event(int i) {
        return events.get(i);
    }

    /** The budget in force where a session has asked for so much. */
    int budget(int asked) {
        return events.isEmpty() ? asked : events.getLast().budget();
    }

    /** The last one; 0 if there was none. */
    int last() {
        return count == 0 ? 0 : positions[count - 1];
    }

    /** Whether up to a position the same changes are due. */
    boolean agreesWith(ChangePoints due, BudgetLog budgets, int position) {
        ChangeLog same = due(due, budgets, position);
        return count == same.count
                && Arrays.equals(positions, 0, count, same.positions, 0, count)
                && Arrays.equals(stagedFrom, 0, count, same.stagedFrom, 0, count)
                && places.equals(same.places)
                && events.equals(same.events);
    }
}
