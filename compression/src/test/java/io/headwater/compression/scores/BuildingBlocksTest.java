/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BuildingBlocksTest {
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    @Test
    void ofEqualScoresTheLowerEntryComesFirst() {
        float[] scores = {1, -2, 0f, -0f, 1, INFINITY, -INFINITY, Float.NaN, -1, 1};
        int[] order = new int[10];

        new TopEntries(10).order(scores, 0, 10, order);

        assertThat(order).containsExactly(5, 0, 4, 9, 2, 3, 8, 1, 6, 7);
    }

    @Test
    void aSelectionIsAscendingAndARangeKeepsItsNumbers() {
        float[] scores = {9, 1, 5, 5, 3};
        int[] kept = new int[5];

        new TopEntries(5).select(scores, 5, 3, kept);
        assertThat(Arrays.copyOf(kept, 3)).containsExactly(0, 2, 3);

        new TopEntries(5).order(scores, 1, 4, kept);
        assertThat(Arrays.copyOf(kept, 3)).containsExactly(2, 3, 1);
    }

    @Test
    void meansCountZerosBeyondTheEndsAndMaximaDoNotSeeThem() {
        float[] scores = {7, -3, -6, -9, 100};

        assertThat(pooled("avg3", scores)).containsExactly(7, -3, -6, -5, 100);
        assertThat(pooled("max3", scores)).containsExactly(7, -3, -3, -6, 100);
        assertThat(pooled("none", scores)).containsExactly(scores);
    }

    /** Pools entries 1 to 3; what lies outside is neither seen nor changed. */
    private static float[] pooled(String pooling, float[] scores) {
        float[] out = scores.clone();
        Pooling.of(pooling).apply(scores, 1, 4, out);
        return out;
    }
}
