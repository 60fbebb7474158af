/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

/** The greedy choice, and the check that every scan of logits makes on its way. */
final class Argmax {
    private Argmax() {}

    /**
     * Index in {@code [from, to)} of the largest element, the lowest index of equal ones; {@code from} where all are −∞.
     * A NaN or +∞ gives {@code −1 − index} of one such element instead (the first).
     */
    static int of(float[] x, int from, int to) {
        int best = from;
        float max = Float.NEGATIVE_INFINITY;
        for (int i = from; i < to; i++) {
            float value = x[i];
            if (!(value <= max)) { // also true for NaN, so the check costs nothing in the common case
                if (!(value < Float.POSITIVE_INFINITY)) {
                    return -1 - i;
                }
                max = value;
                best = i;
            }
        }
        return best;
    }
}
