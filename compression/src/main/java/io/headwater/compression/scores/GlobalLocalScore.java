/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;
import io.headwater.tensors.kernels.ExactExp;

/**
 * EMS's Global-Local score (ALGORITHMS 1.2.1; a reconstruction): attention of all queries plus attention of the last ones, the
 * second scaled so that both have the same mean over the candidates. It is a mass: merging conserves it, and weighs by it. What is kept
 * is chosen by three views ({@link ViewRanks}): all queries, the last ones, and key geometry (5.10), {@code (1 − cos(k, mean key)) · ‖v‖}.
 */
public final class GlobalLocalScore implements EntryScore {
    /** How the two views become one. */
    public enum Combination {
        SUM,
        MAX,
        LOCAL,
        GLOBAL
    }

    /**
     * {@code window}: last queries that score, and last entries, which are no candidates; {@code reconstruction}: the mass is the probability that a reconstruction
     * gave, and nothing else counts; {@code pooling}: of the window's attention; {@code local} and {@code geometry}: weights of the last queries' and of
     * key geometry's rank, that of all queries (of GL, where ranks are added) being 1; {@code geometryPooling}: of key geometry, before it is ranked.
     */
    public record Options(
            int sinks,
            int window,
            boolean reconstruction,
            Combination combination,
            Pooling pooling,
            boolean perQuery,
            ViewRanks.Rule rank,
            float local,
            float geometry,
            Pooling geometryPooling) {}

    private final Options options;
    private final WindowAttention attention;
    private final KeyGeometry geometry;
    private final ViewRanks ranks;
    private final float[] global;
    private final float[] window;
    private final float[] local;
    private final float[] mass;
    private final ValueNorms valueNorms;

    public GlobalLocalScore(Options options, WindowAttention attention, int headDim, int capacity) {
        this.options = options;
        this.attention = attention;
        geometry = new KeyGeometry(headDim);
        ranks = new ViewRanks(options.rank(), capacity);
        global = new float[capacity];
        window = new float[capacity];
        local = new float[capacity];
        mass = new float[capacity];
        valueNorms = new ValueNorms(headDim);
    }

    /** The first candidate. */
    public int from(int length) {
        return Math.min(options.sinks(), length);
    }

    /** The end of the candidates. */
    public int to(int length) {
        return Math.max(from(length), length - options.window());
    }

    /** GL of the candidates last scored. */
    public float[] mass() {
        return mass;
    }

    @Override
    public void score(CompressibleHead head, float[] scores) {
        int from = from(head.length());
        int to = to(head.length());
        if (options.reconstruction()) {
            Peaks.score(head, scores);
            for (int entry = from; entry < to; entry++) {
                mass[entry] = ExactExp.exp(scores[entry]);
            }
        } else {
            weigh(head);
            rank(head, from, to, scores);
        }
    }

    /** The candidates' GL alone, by which heads compete; which entries a head keeps is the views' affair, see {@link #score}. */
    void weigh(CompressibleHead head, float[] weights) {
        weigh(head);
        int from = from(head.length());
        System.arraycopy(mass, from, weights, from, to(head.length()) - from);
    }

    private void weigh(CompressibleHead head) {
        int from = from(head.length());
        int to = to(head.length());
        SimpleScores.columnSums(head, options.perQuery(), global);
        attention.sum(head, window);
        options.pooling().apply(window, from, to, local);
        combine(from, to);
    }

    private void combine(int from, int to) {
        double globalSum = sum(global, from, to);
        double localSum = sum(local, from, to);
        float align = localSum > 0 && globalSum > 0 ? (float) (globalSum / localSum) : 1;
        for (int entry = from; entry < to; entry++) {
            float aligned = align * local[entry];
            mass[entry] = switch (options.combination()) {
                case SUM -> global[entry] + aligned;
                case MAX -> Math.max(global[entry], aligned);
                case LOCAL -> local[entry];
                case GLOBAL -> global[entry];
            };
        }
    }

    private static double sum(float[] x, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += x[i];
        }
        return sum;
    }

    private void rank(CompressibleHead head, int from, int to, float[] scores) {
        ranks.begin(from, to);
        if (options.rank() == ViewRanks.Rule.SUM) {
            ranks.add(mass, 1);
        } else {
            ranks.add(global, options.combination() == Combination.LOCAL ? 0 : 1);
            ranks.add(local, options.combination() == Combination.GLOBAL ? 0 : options.local());
        }
        if (options.geometry() > 0) {
            keyGeometry(head, from, to);
            ranks.add(window, options.geometry());
        }
        ranks.end(scores);
    }

    /** Pooled, to {@code window}; {@code local} and {@code global} are scratch from here on. */
    private void keyGeometry(CompressibleHead head, int from, int to) {
        geometry.cosines(head, local);
        valueNorms.read(head, from, to, global);
        for (int entry = from; entry < to; entry++) {
            local[entry] = (1 - local[entry]) * global[entry];
        }
        options.geometryPooling().apply(local, from, to, window);
    }
}
