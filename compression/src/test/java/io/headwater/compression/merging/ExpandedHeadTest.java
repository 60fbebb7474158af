/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.merging;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.TestRotation;
import io.headwater.compression.scores.EntryReader;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Invariant 3 of ALGORITHMS 1.2.8: what the expansion is for. */
class ExpandedHeadTest {
    private static final int DIM = 16;
    private static final int GROUPS = 6;
    private static final int COPIES = 4;
    private static final TestRotation ROTATION = TestRotation.interleaved(DIM);

    private final Random random = new Random(1);
    private final float[][] keys = vectors();
    private final float[][] values = vectors();
    private final float[] query = vectors()[0];

    private float[][] vectors() {
        float[][] vectors = new float[GROUPS][DIM];
        for (float[] vector : vectors) {
            for (int d = 0; d < DIM; d++) {
                vector[d] = (float) random.nextGaussian();
            }
        }
        return vectors;
    }

    @Test
    void copiesInAGroupAreAttendedToExactlyAsInTheFullCache() {
        float[] full = attend(true, COPIES, COPIES);
        float[] expanded = attend(true, COPIES, 1);
        float[] compact = attend(true, 1, 1);
        float[] withoutPositions = attend(false, COPIES, 1);

        assertThat(distance(expanded, full)).isLessThan(1e-6);
        assertThat(distance(compact, full)).isGreaterThan(1e-2);
        assertThat(distance(withoutPositions, full)).isGreaterThan(1e-2);
    }

    /** Copies of each group's key before its rotation, at positions far apart; {@code centres} of each group have their own centre. */
    private float[] attend(boolean usePosition, int copies, int centres) {
        ExpandedHead head = new ExpandedHead(DIM, GROUPS * COPIES, GROUPS * COPIES, usePosition, ROTATION);
        int[] centreOf = new int[GROUPS];
        for (int copy = 0; copy < copies; copy++) {
            for (int group = 0; group < GROUPS; group++) {
                int position = 13 * copy + group;
                if (copy < centres) {
                    float[] key = keys[group].clone();
                    if (!usePosition) {
                        ROTATION.rotate(key, 0, position);
                    }
                    centreOf[group] = head.centre(key, values[group]);
                }
                head.member(centreOf[group], EntryReader.norm(keys[group], 0, DIM), position);
            }
        }
        float[] out = new float[DIM];
        head.attend(query, 0, out, 0);
        return out;
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += Math.pow(a[d] - b[d], 2);
        }
        return Math.sqrt(sum);
    }
}
