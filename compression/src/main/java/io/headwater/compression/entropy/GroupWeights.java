/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import java.util.Arrays;

/**
 * What head groups get in proportion to each other, the lowest entropies first: UNComp's budgets of its 512 setting, whose mean is 384 (ALGORITHMS 3.3;
 * of two groups those of its run with equal means).
 */
public final class GroupWeights {
    private static final int[][] WEIGHTS = {
        {256, 512},
        {32, 384, 736},
        {128, 298, 470, 640},
        {256, 320, 384, 448, 512},
        {32, 132, 232, 334, 434, 534, 635, 736},
    };

    private GroupWeights() {}

    /** How many groups there may be. */
    public static boolean known(int groups) {
        return Arrays.stream(WEIGHTS).anyMatch(w -> w.length == groups);
    }

    public static int of(int groups, int group) {
        int[] weights = Arrays.stream(WEIGHTS)
                .filter(w -> w.length == groups)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no budgets for " + groups + " groups of heads"));
        return weights[group];
    }
}
