/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

/**
 * A session's budget from a position on, decided where memory was short or free again, and part of its log like a token: when the cache has seen
 * {@code position} tokens, and has changed as is due there anyway, its heads are brought down to {@code budget}, and so they are at every later
 * change point until another event. Several at one position happen in their order.
 *
 * @param budget entries of a head, in the mean over layers: at most what the session has asked for
 */
public record BudgetEvent(int position, int budget) {
    public BudgetEvent {
        if (position < 1 || budget < 1) {
            throw new IllegalArgumentException(
                    "budget " + budget + " from position " + position + " on: give both at least 1");
        }
    }
}
