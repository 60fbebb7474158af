/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.TestHead;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the whole matrix of cosines, in heads of several chunks. */
class RedundancyTest {
    private static final int DIM = 16;
    private static final double THRESHOLD = 0.6;
    private static final float TEMPERATURE = 0.1f; // brings out what one cosine of hundreds changes

    /** {@code noise}: 0.3 has look-alikes everywhere, 2 some that lie far away, 50 hardly any. */
    @ParameterizedTest
    @CsvSource({"1,0.3,1", "31,2,1", "256,0.3,1", "257,50,3", "700,0.3,1", "700,2,4", "700,50,5"})
    void theLatestLookAlikeIsExcusedWhereverItIs(int n, float noise, int slices) {
        KvLayout layout = new KvLayout(DIM, KvType.F32);
        TestHead head = head(layout, n, noise);
        for (boolean raw : new boolean[] {false, true}) {
            Redundancy redundancy = new Redundancy(Kernels.scalar(), layout, n, raw, (float) THRESHOLD, TEMPERATURE);
            for (int slice = 0; slice < slices; slice++) {
                redundancy.prepare(head, slice, slices);
            }
            float[] got = new float[n];
            redundancy.score(head, got);

            double[] want = byTheMatrix(head, raw);
            for (int entry = 0; entry < n; entry++) {
                assertThat(got[entry]).isCloseTo((float) want[entry], within(want[entry]));
            }
        }
    }

    private static Offset<Float> within(double want) {
        return Offset.offset((float) (1e-4 * want));
    }

    private static TestHead head(KvLayout layout, int n, float noise) {
        Random random = new Random(n);
        float[] centre = new float[DIM];
        TestHead head = new TestHead(layout, n);
        for (int entry = 0; entry < n; entry++) {
            float[] key = new float[DIM];
            for (int d = 0; d < DIM; d++) {
                centre[d] = entry == 0 ? (float) random.nextGaussian() : centre[d];
                key[d] = centre[d] + noise * (float) random.nextGaussian();
            }
            head.append(key, new float[DIM], entry);
        }
        return head;
    }

    private static double[] byTheMatrix(TestHead head, boolean raw) {
        int n = head.length();
        double[] sums = new double[n];
        for (int self = 0; self < n; self++) {
            int latest = -1;
            double[] cosines = new double[n];
            for (int other = 0; other < n; other++) {
                cosines[other] = other == self ? 0 : cosine(head.key(self), head.key(other));
                latest = cosines[other] > THRESHOLD ? other : latest;
            }
            if (latest >= 0 || raw) {
                cosines[Math.max(latest, 0)] = 0;
            }
            for (int other = 0; other < n; other++) {
                sums[other] += cosines[other];
            }
        }
        double all = 0;
        for (int entry = 0; entry < n; entry++) {
            sums[entry] = Math.exp(sums[entry] / n / TEMPERATURE);
            all += sums[entry];
        }
        for (int entry = 0; entry < n; entry++) {
            sums[entry] /= all;
        }
        return sums;
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int d = 0; d < DIM; d++) {
            ab += (double) a[d] * b[d];
            aa += (double) a[d] * a[d];
            bb += (double) b[d] * b[d];
        }
        return ab / Math.sqrt(aa * bb);
    }
}
