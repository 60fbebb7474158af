/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import org.jspecify.annotations.Nullable;

/**
 * What the supervisor has decided of a session's cache, and part of its log like a token. A session's budget from a position on, where memory was short
 * or free again: when the cache has seen {@code position} tokens, and has changed as is due there anyway, its heads are brought down to {@code budget},
 * and so they are at every later change point until another event. Or a part of a reconstruction that is run at that position, where the session was idle
 * or memory short: then the heads stay as they are, and so does the budget. Several at one position happen in their order.
 *
 * @param budget entries of a head, in the mean over layers: at most what the session has asked for
 * @param repeated the part; null where the budget is what the event is about
 */
public record BudgetEvent(
        int position, int budget, @Nullable RepeatedPart repeated) {
    public BudgetEvent {
        if (position < 1 || budget < 1) {
            throw new IllegalArgumentException(
                    "budget " + budget + " from position " + position + " on: give both at least 1");
        }
        if (repeated != null && repeated.to() > position) {
            throw new IllegalArgumentException("repeated up to token " + repeated.to() + " at position " + position
                    + ": a session repeats what it has read");
        }
    }

    /** Another budget. */
    public BudgetEvent(int position, int budget) {
        this(position, budget, null);
    }
}
