/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import java.util.Arrays;

/**
 * One order of a head's candidates made of several views of them. A view's scale does not matter, its ranks do. By {@link Rule#BEST} the views choose
 * in turn, each as often as its weight says (a turn whose choice another has taken before is lost): whatever the budget, each has its share of it. By {@link Rule#SUM}
 * weighted ranks add up (ALGORITHMS 5.10), which favours what every view finds middling over what one view finds best.
 */
final class ViewRanks {
    /** How a candidate's ranks become one. */
    enum Rule {
        SUM,
        BEST
    }

    private final Rule rule;
    private final TopEntries top;
    private final int[] order;
    private final float[] joined;
    private int from;
    private int to;

    ViewRanks(Rule rule, int capacity) {
        this.rule = rule;
        top = new TopEntries(capacity);
        order = new int[capacity];
        joined = new float[capacity];
    }

    /** No views yet, of candidates [newFrom, newTo). */
    void begin(int newFrom, int newTo) {
        from = newFrom;
        to = newTo;
        Arrays.fill(joined, from, to, rule == Rule.SUM ? 0 : Float.NEGATIVE_INFINITY);
    }

    /** A view: high is good. A weight of 0 leaves it out. */
    void add(float[] view, float weight) {
        if (weight > 0) {
            top.order(view, from, to, order);
            for (int rank = 0; rank < to - from; rank++) {
                join(order[rank], rank, weight);
            }
        }
    }

    private void join(int entry, int rank, float weight) {
        switch (rule) {
            case SUM -> joined[entry] = Math.fma(weight, (float) (to - from - rank) / (to - from), joined[entry]);
            case BEST -> joined[entry] = Math.max(joined[entry], -(rank + 0.5f) / weight);
        }
    }

    /** The candidates' scores: high is good. */
    void end(float[] scores) {
        System.arraycopy(joined, from, scores, from, to - from);
    }
}
