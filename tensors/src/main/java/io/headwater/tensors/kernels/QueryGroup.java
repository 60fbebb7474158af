/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** The query heads that share a KV head: {@code size} rows in a row are one token's, and how their probabilities become one. */
public record QueryGroup(int size, Reduction reduction) {
    /** What is taken of a group's probabilities. */
    public enum Reduction {
        /** Their sum in ascending order, times 1/size in f32. */
        MEAN,
        MAX,
        /** The sum of their squares: the first one's square, the others' added by fma in ascending order. */
        SQUARES
    }

    public QueryGroup {
        if (size < 1) {
            throw new IllegalArgumentException("size=" + size);
        }
    }

    public static QueryGroup mean(int size) {
        return new QueryGroup(size, Reduction.MEAN);
    }

    public static QueryGroup max(int size) {
        return new QueryGroup(size, Reduction.MAX);
    }

    public static QueryGroup squares(int size) {
        return new QueryGroup(size, Reduction.SQUARES);
    }

    /** What the reduced value is multiplied by. */
    public float factor() {
        return switch (reduction) {
            case MEAN -> 1f / size;
            case MAX, SQUARES -> 1f;
        };
    }
}
