/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The positions at which a cache has changed shape, what was read by stages before, and which of the changes were events; among those also parts of
 * reconstructions, which change no shape. Owned by the decode loop.
 */
final class ChangeLog {
    private int[] positions = new int[8];
    /** Of each change where the segment began that was read by stages before it; {@link ChangePoints#NEVER} if none was. */
    private int[] stagedFrom = new int[8];

    private int count;
    /** Where it has changed shape last. */
    private int last;
    /** Where the last part of a reconstruction was run that is an event. */
    private int lastPart;
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
        last = position;
    }

    /** A change to another budget, or a part of a reconstruction. */
    void add(BudgetEvent event) {
        int before = last;
        places.add(count);
        events.add(event);
        add(event.position(), ChangePoints.NEVER);
        if (event.repeated() != null) {
            last = before;
            lastPart = event.position();
        }
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

    /** Whether the i-th was an event. */
    boolean isEvent(int i) {
        return places.contains(i);
    }

    /** The part of a reconstruction that the i-th was; null if it was none. */
    @Nullable
    RepeatedPart part(int i) {
        int event = places.indexOf(i);
        return event < 0 ? null : events.get(event).repeated();
    }

    /** Whether the last one was a part of a reconstruction, at this position. */
    boolean endsWithPart(int position) {
        return count > 0 && positions[count - 1] == position && part(count - 1) != null;
    }

    /** Where the last of those parts was run; 0 if none was. */
    int lastPart() {
        return lastPart;
    }

    /** Parts of reconstructions among the events. */
    int parts() {
        int parts = 0;
        for (BudgetEvent event : events) {
            parts += event.repeated() == null ? 0 : 1;
        }
        return parts;
    }

    /** Events so far. */
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

    /** Where it has changed shape last; 0 if it never has. */
    int last() {
        return last;
    }

    /**
     * Whether up to a position the same changes are due, and after them at most events that may still be told: those crossed the request on their way, or
     * were decided when it had come.
     */
    boolean agreesWith(ChangePoints due, BudgetLog budgets, int position) {
        ChangeLog same = due(due, budgets, position);
        int known = same.count;
        int told = same.events();
        return count >= known
                && events.size() - told == count - known
                && Arrays.equals(positions, 0, known, same.positions, 0, known)
                && Arrays.equals(stagedFrom, 0, known, same.stagedFrom, 0, known)
                && places.subList(0, told).equals(same.places)
                && events.subList(0, told).equals(same.events)
                && (count == known || budgets.open(events.get(told).position(), told));
    }
}
