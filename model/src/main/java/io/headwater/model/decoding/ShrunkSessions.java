/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

/**
 * Sessions whose KV budget is below the one that they asked for, since memory is or was short.
 *
 * @param count of them, at work or idle
 * @param leastBudget the smallest of their budgets, in entries of a head; 0 if there are none
 */
public record ShrunkSessions(int count, int leastBudget) {
    public static final ShrunkSessions NONE = new ShrunkSessions(0, 0);

    /** With one more, if its budget is below what it asked for. */
    ShrunkSessions and(SessionCache cache) {
        if (cache.budget() >= cache.options().budget()) {
            return this;
        }
        return new ShrunkSessions(count + 1, count == 0 ? cache.budget() : Math.min(leastBudget, cache.budget()));
    }
}
