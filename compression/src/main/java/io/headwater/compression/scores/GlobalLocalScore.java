/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;
import io.headwater.tensors.kernels.ExactExp;

/**
 * EMS's Global-Local score (ALGORITHMS 1.2.1; a reconstruction): attention of all queries plus attention of the last ones, the
 * second scaled so that both have the same mean over the candidates. It is a mass: merging conserves it, and weighs by it. Ranked
 * together with key geometry (5.10): {@code r(GL) + weight · r((1 − cos(k, mean key)) · ‖v‖)}, r the rank among the candidates.
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
     * gave, and nothing else counts; {@code pooling}: of the window's attention; {@code geometry}: the weight
     * of r(KV), 0: GL alone, unranked; {@code geometryPooling}: of KV, before it is ranked.
     */
    public record Options(
            int sinks,
            int window,
            boolean reconstruction,
            Combination combination,
            Pooling pooling,
            boolean perQuery,
            float geometry,
            Pooling geometryPooling) {}

    private final Options options;
    private final WindowAttention attention;
    private final KeyGeometry geometry;
    private final TopEntries top;
    private final int[] order;
    private final float[] global;
    private final float[] window;
    private final float[] local;
    private final float[] mass;
    private final ValueNorms valueNorms;

    public GlobalLocalScore(Options options, WindowAttention attention, int headDim, int capacity) {
        this.options = options;
        this.attention = attention;
        geometry = new KeyGeometry(headDim);
        top = new TopEntries(capacity);
        order = new int[capacity];
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
            return;
        }
        SimpleScores.columnSums(head, options.perQuery(), global);
        attention.sum(head, window);
        options.pooling().apply(window, from, to, local);
        combine(from, to);
        System.arraycopy(mass, from, scores, from, to - from);
        if (options.geometry() > 0) {
            rankWithGeometry(head, from, to, scores);
        }
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

    private void rankWithGeometry(CompressibleHead head, int from, int to, float[] scores) {
        geometry.cosines(head, local);
        valueNorms.read(head, from, to, global);
        for (int entry = from; entry < to; entry++) {
            local[entry] = (1 - local[entry]) * global[entry];
        }
        options.geometryPooling().apply(local, from, to, window);
        rank(window, from, to, global);
        rank(mass, from, to, window);
        for (int entry = from; entry < to; entry++) {
            scores[entry] = Math.fma(options.geometry(), global[entry], window[entry]);
        }
    }

    /** 1 for the best, 0 for the worst. */
    private void rank(float[] x, int from, int to, float[] ranks) {
        top.order(x, from, to, order);
        int last = to - from - 1;
        for (int i = 0; i <= last; i++) {
            ranks[order[i]] = last == 0 ? 1 : (float) (last - i) / last;
        }
    }
}
