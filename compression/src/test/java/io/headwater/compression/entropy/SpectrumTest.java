/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpectrumTest {
    @Test
    void eigenvaluesOfMatricesThatAreKnown() {
        assertThat(SymmetricEigenvalues.descending(new double[] {7}, 1)[0]).isCloseTo(7, within(1e-14));
        close(new double[] {2, 1, 1, 2}, 2, 3, 1);
        close(new double[] {0, 0, 0, 0, -5, 0, 0, 0, 4}, 3, 4, 0, -5);
        close(new double[] {2, -1, 0, -1, 2, -1, 0, -1, 2}, 3, 2 + Math.sqrt(2), 2, 2 - Math.sqrt(2));
        close(new double[16], 4, 0, 0, 0, 0);
        double[] ones = new double[36];
        Arrays.fill(ones, 1);
        close(ones, 6, 6, 0, 0, 0, 0, 0);
    }

    private static void close(double[] a, int n, double... want) {
        double[] got = SymmetricEigenvalues.descending(a, n);
        for (int i = 0; i < n; i++) {
            assertThat(got[i]).isCloseTo(want[i], within(1e-14 * n * Math.max(1, Math.abs(want[0]))));
        }
    }

    @Test
    void eigenvaluesAreThoseThatAMatrixWasMadeOfEqualAndTinyOnesToo() {
        Random random = new Random(1);
        for (int n : new int[] {2, 3, 5, 16, 64, 97}) {
            double[] values = new double[n];
            Arrays.setAll(values, i -> i % 3 == 0 ? 0.25 : StrictMath.pow(0.7, i) * (i % 5 == 1 ? -1 : 1));
            double[] a = new double[n * n];
            for (int i = 0; i < n; i++) {
                a[i * n + i] = values[i];
            }
            for (int turn = 0; turn < 6; turn++) {
                reflect(a, n, random);
            }
            Arrays.sort(values);
            double[] got = SymmetricEigenvalues.descending(a, n);
            for (int i = 0; i < n; i++) {
                assertThat(got[i]).isCloseTo(values[n - 1 - i], within(1e-14 * n));
            }
        }
    }

    /** Turns the basis by a random reflection. */
    private static void reflect(double[] a, int n, Random random) {
        double[] v = random.doubles(n, -1, 1).toArray();
        double square = Arrays.stream(v).map(x -> x * x).sum();
        for (int pass = 0; pass < 2; pass++) { // rows, then columns
            for (int i = 0; i < n; i++) {
                double dot = 0;
                for (int j = 0; j < n; j++) {
                    dot += v[j] * (pass == 0 ? a[j * n + i] : a[i * n + j]);
                }
                for (int j = 0; j < n; j++) {
                    a[pass == 0 ? j * n + i : i * n + j] -= 2 * dot / square * v[j];
                }
            }
        }
    }

    @Test
    void rowsInAllDirectionsHaveEntropyOneAndRowsOnALineNone() {
        Random random = new Random(2);
        float[] everywhere = new float[4000 * 8];
        float[] line = new float[4000 * 8];
        for (int i = 0; i < everywhere.length; i++) {
            everywhere[i] = (float) random.nextGaussian();
            line[i] = (i / 8) * (i % 8 - 3);
        }
        CovarianceSpectrum wide = CovarianceSpectrum.of(everywhere, 4000, 8);
        assertThat(wide.entropy()).isCloseTo(1, within(0.01));
        assertThat(wide.effectiveRank()).isCloseTo(8, within(0.1));
        assertThat(wide.truncatedEntropy(4)).isCloseTo(0.5, within(0.05));
        CovarianceSpectrum narrow = CovarianceSpectrum.of(line, 4000, 8);
        assertThat(narrow.entropy()).isCloseTo(0, within(1e-6));
        assertThat(narrow.effectiveRank()).isCloseTo(1, within(1e-6));
    }

    @Test
    void aMatrixWithoutASpectrumIsRefused() {
        assertThatThrownBy(() -> CovarianceSpectrum.of(new float[40], 5, 8)).hasMessageContaining("all the same");
        float[] x = new float[40];
        x[7] = Float.NaN;
        assertThatThrownBy(() -> CovarianceSpectrum.of(x, 5, 8)).hasMessageContaining("no numbers");
        assertThatThrownBy(() -> CovarianceSpectrum.of(x, 6, 8)).hasMessageContaining("rows=6");
        assertThatThrownBy(() -> SymmetricEigenvalues.descending(new double[] {1, 2, 2, Double.NaN}, 2))
                .hasMessage("a matrix with NaN");
    }
}
