/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.headwater.compression.scores.Pooling;
import io.headwater.compression.scores.SquaredScore;
import io.headwater.compression.scores.WindowAttention;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.kernels.QueryGroup;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** KV-Compress's metric as ALGORITHMS 4.4 words it; there is no golden file of it. */
class SquaredScoreTest {
    private static final KvLayout LAYOUT = new KvLayout(16, KvType.F32);
    private static final int GROUP = 3;
    private static final int CAPACITY = 400;

    private static SquaredScore score(String pool) {
        WindowAttention attention = new WindowAttention(Kernels.scalar(), LAYOUT, QueryGroup.squares(GROUP), CAPACITY);
        return new SquaredScore(attention, Pooling.of(pool), CAPACITY);
    }

    @Test
    void aPromptsMetricIsTheSumOfSquaredAttentionOfTheLastQueriesAndOfAllQueryHeads() {
        TestHead head = RandomHeads.head(LAYOUT, 120, GROUP, 8, 0.3f, 1);
        float[] got = new float[CAPACITY];

        score("none").score(head, got);

        close(got, squares(head, 0), 120);
        score("max7").score(head, got);
        double[] pooled = new double[120];
        double[] plain = squares(head, 0);
        Arrays.setAll(
                pooled,
                i -> Arrays.stream(plain, Math.max(0, i - 3), Math.min(120, i + 4))
                        .max()
                        .orElseThrow());
        close(got, pooled, 120);
    }

    @Test
    void laterQueriesAddToWhatIsKnownAndNoQueryCountsTwice() {
        Random random = new Random(3);
        TestHead head = new TestHead(LAYOUT, 105);
        append(head, 100, random);
        head.window(gaussians(random, 8 * GROUP * 16), 8);
        SquaredScore score = score("max7");
        float[] first = new float[CAPACITY];
        score.score(head, first);
        score.remember(head);

        float[] again = new float[CAPACITY];
        score.score(head, again);
        assertThat(Arrays.copyOf(again, 100)).isEqualTo(Arrays.copyOf(first, 100)); // no query since

        append(head, 105, random);
        head.window(gaussians(random, 8 * GROUP * 16), 8);
        score.score(head, again);

        double[] since = squares(head, 3); // of the window's eight queries the last five are new
        double[] want = new double[105];
        Arrays.setAll(want, i -> i < 100 ? first[i] + since[i] : Double.NaN);
        close(again, want, 100);
        for (int i = 100; i < 105; i++) {
            double most =
                    Arrays.stream(since, i - 3, Math.min(105, i + 4)).max().orElseThrow();
            assertThat((double) again[i]).isCloseTo(most, within(1e-5));
        }
    }

    private static void append(TestHead head, int length, Random random) {
        while (head.length() < length) {
            head.append(gaussians(random, 16), gaussians(random, 16), head.length());
        }
    }

    private static float[] gaussians(Random random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian() / 2;
        }
        return x;
    }

    private static void close(float[] got, double[] want, int n) {
        for (int i = 0; i < n; i++) {
            assertThat((double) got[i]).as("entry " + i).isCloseTo(want[i], within(1e-5));
        }
    }

    /** In f64, of the window's queries from {@code from} on. */
    private static double[] squares(TestHead head, int from) {
        int n = head.length();
        int window = head.windowLength();
        double[] sums = new double[n];
        for (int row = from * GROUP; row < window * GROUP; row++) {
            int position = head.position(n - 1) + 1 - window + row / GROUP;
            double[] a = new double[n];
            double total = 0;
            for (int entry = 0; entry < n && head.position(entry) <= position; entry++) {
                double z = 0;
                for (int d = 0; d < 16; d++) {
                    z += (double) head.windowQueries()[row * 16 + d] * head.key(entry)[d];
                }
                a[entry] = Math.exp(z);
                total += a[entry];
            }
            for (int entry = 0; entry < n; entry++) {
                sums[entry] += a[entry] / total * (a[entry] / total);
            }
        }
        return sums;
    }
}
