/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import java.util.Arrays;

/**
 * The outcome of a {@link Contest}: what Ada-KV gives the heads of a layer, and KV-Compress all heads of all layers. The budgets of
 * a group are together exactly mean × heads, each between the floor and the most. Reads a table that all shards have added up;
 * integers only, nothing sorted: the key that parts what is won from what is lost is found by halving.
 */
public final class SharedBudgets {
    private final ScoreTable table;
    private final Contest contest;
    private final int[] budgets;
    private final int[] won;

    private SharedBudgets(ScoreTable table) {
        this.table = table;
        contest = table.contest();
        budgets = new int[contest.nLayers() * contest.kvHeads()];
        won = new int[budgets.length];
    }

    /** Of a table that holds all heads. */
    public static HeadBudgets of(ScoreTable table) {
        SharedBudgets division = new SharedBudgets(table);
        int group = division.contest.group();
        for (int from = 0; from < division.budgets.length; from += group) {
            division.divide(from, from + group);
        }
        return new HeadBudgets(division.contest.kvHeads(), division.budgets);
    }

    private void divide(int from, int to) {
        if (nothingIsLost(from, to)) {
            Arrays.fill(budgets, from, to, contest.limits().mean());
            return;
        }
        Arrays.fill(budgets, from, to, contest.floor());
        int chunk = contest.chunk();
        long room = contest.room();
        room -= (long) chunk * best(from, to, room / chunk);
        for (int head = from; head < to; head++) {
            budgets[head] += won[head] * chunk;
        }
        if (room > 0 && room < chunk) {
            room -= partOfAChunk(from, to, (int) room);
        }
        spread(from, to, room);
    }

    /** Whether all heads have room for all their entries at the mean: then a chunk that is partly empty must cost nobody anything. */
    private boolean nothingIsLost(int from, int to) {
        int longest = 0;
        for (int head = from; head < to; head++) {
            longest = Math.max(longest, table.length(head));
        }
        return longest <= contest.limits().mean();
    }

    /** Gives what is less than a chunk to the head whose chunk comes next; returns 0 if there is none. */
    private int partOfAChunk(int from, int to, int entries) {
        int[] before = Arrays.copyOfRange(won, from, to);
        best(from, to, Arrays.stream(before).asLongStream().sum() + 1);
        for (int head = from; head < to; head++) {
            if (won[head] > before[head - from]) {
                budgets[head] += entries;
                return entries;
            }
        }
        return 0;
    }

    /** Finds the best {@code most} chunks of the heads [from, to), or all if there are fewer: how many each head won; returns their sum. */
    private long best(int from, int to, long most) {
        long low = -1; // more than `most` chunks have at least this key, or there are no more
        long high = ScoreKey.END; // no more than `most` have
        while (high - low > 1) {
            long middle = (low + high) >>> 1;
            if (count(from, to, middle) > most) {
                low = middle;
            } else {
                high = middle;
            }
        }
        long left = most - count(from, to, high);
        for (int head = from; head < to; head++) {
            int above = table.atLeast(head, high);
            int equal = table.atLeast(head, high - 1) - above;
            int more = (int) Math.min(left, equal);
            won[head] = above + more;
            left -= more;
        }
        return most - left;
    }

    private long count(int from, int to, long key) {
        long count = 0;
        for (int head = from; head < to; head++) {
            count += table.atLeast(head, key);
        }
        return count;
    }

    /** What nobody has entries for is divided evenly, the lower heads first, for entries to come. */
    private void spread(int from, int to, long entries) {
        long left = entries;
        while (left > 0) {
            int below = 0;
            for (int head = from; head < to; head++) {
                below += budgets[head] < contest.limits().most() ? 1 : 0;
            }
            long each = Math.max(1, left / below);
            for (int head = from; head < to && left > 0; head++) {
                long more = Math.min(each, contest.limits().most() - budgets[head]);
                budgets[head] += (int) more;
                left -= more;
            }
        }
    }
}
