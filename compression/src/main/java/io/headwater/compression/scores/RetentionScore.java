/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;

/**
 * Window attention that remembers what earlier change points saw, less redundancy: G-KV, and without memory R-KV (ALGORITHMS 2.3).
 * The memory is one float of state per entry outside the window: its score before pooling and redundancy.
 */
public final class RetentionScore implements EntryScore {
    /** How the memory and the new score become one. */
    public enum Smoothing {
        MAX,
        MEAN,
        /** The memory is a sum; new entries begin at zero. */
        SUM
    }

    /** {@code alpha}: decay of the memory, 0 for none. {@code lambda}: weight of attention, the rest is redundancy's. */
    public record Options(
            int window, boolean normalise, float alpha, Smoothing smoothing, Pooling pooling, float lambda) {}

    private final WindowAttention attention;
    private final Redundancy redundancy;
    private final Options options;
    private final float[] current;
    private final float[] redundant;
    private int scored;

    public RetentionScore(WindowAttention attention, Redundancy redundancy, Options options, int capacityEntries) {
        this.attention = attention;
        this.redundancy = redundancy;
        this.options = options;
        current = new float[capacityEntries];
        redundant = new float[capacityEntries];
    }

    @Override
    public void prepare(CompressibleHead head, int slice, int slices) {
        if (options.lambda() < 1) {
            redundancy.prepare(head, slice, slices);
        }
    }

    @Override
    public void score(CompressibleHead head, float[] scores) {
        scored = Math.max(0, head.length() - options.window());
        WindowScore.mean(attention, head, current);
        if (options.normalise()) {
            divideByMax(current, scored);
        }
        if (options.alpha() > 0) {
            addMemory(head);
        }
        System.arraycopy(current, 0, scores, 0, head.length());
        options.pooling().apply(current, 0, scored, scores);
        if (options.lambda() < 1) {
            subtractRedundancy(head, scores);
        }
    }

    private void addMemory(CompressibleHead head) {
        float alpha = options.alpha();
        for (int entry = 0; entry < scored; entry++) {
            float old = head.state(0, entry);
            float now = current[entry];
            boolean unknown = Float.isNaN(old);
            current[entry] = switch (options.smoothing()) {
                case MAX -> unknown ? now : Math.max(alpha * old, now);
                case MEAN -> unknown ? now : alpha * old + (1 - alpha) * now;
                case SUM -> unknown ? now : alpha * old + now;
            };
        }
    }

    private void subtractRedundancy(CompressibleHead head, float[] scores) {
        redundancy.score(head, redundant);
        if (options.normalise()) {
            divideByMax(redundant, scored);
        }
        float lambda = options.lambda();
        for (int entry = 0; entry < scored; entry++) {
            scores[entry] = lambda * scores[entry] - (1 - lambda) * redundant[entry];
        }
    }

    private static void divideByMax(float[] x, int n) {
        float max = 0;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, x[i]);
        }
        for (int i = 0; i < n && max > 0; i++) {
            x[i] /= max;
        }
    }

    @Override
    public void remember(CompressibleHead head) {
        for (int entry = 0; entry < scored && options.alpha() > 0; entry++) {
            head.state(0, entry, current[entry]);
        }
    }
}
