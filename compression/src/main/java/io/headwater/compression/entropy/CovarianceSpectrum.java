/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

/**
 * The spectrum of a matrix's rows (ALGORITHMS 3.1): the mean row taken away, each row scaled to length 1, and the eigenvalues of the covariance, which
 * are scaled to a sum of 1 and raised by 10⁻¹⁰. Its entropy says how many directions the rows use: 0 one, 1 all alike.
 */
public final class CovarianceSpectrum {
    private static final double RAISED = 1e-10;

    /** Falling. */
    private final double[] eigenvalues;

    private CovarianceSpectrum(double[] eigenvalues) {
        this.eigenvalues = eigenvalues;
    }

    /** Of {@code x[rows, dim]}, for example a head's queries after RoPE; {@code dim} ≥ 2, and not all rows are the same. */
    public static CovarianceSpectrum of(float[] x, int rows, int dim) {
        if (rows < 2 || dim < 2 || x.length < Math.multiplyExact(rows, dim)) {
            throw new IllegalArgumentException("rows=" + rows + ", dim=" + dim + " of " + x.length);
        }
        double[] covariance = covariance(x, rows, dim);
        double trace = 0;
        for (int i = 0; i < dim; i++) {
            trace += covariance[i * dim + i];
        }
        if (!(trace > 0)) {
            throw new IllegalArgumentException(
                    "rows that are all the same, or no numbers: their spectrum is not defined");
        }
        for (int i = 0; i < covariance.length; i++) {
            covariance[i] /= trace;
        }
        for (int i = 0; i < dim; i++) {
            covariance[i * dim + i] += RAISED;
        }
        return new CovarianceSpectrum(SymmetricEigenvalues.descending(covariance, dim));
    }

    /** Σ of the unit rows' outer products, rows in ascending order; the factor 1/rows falls out with the trace. */
    private static double[] covariance(float[] x, int rows, int dim) {
        double[] mean = mean(x, rows, dim);
        double[] sums = new double[dim * dim];
        double[] row = new double[dim];
        for (int r = 0; r < rows; r++) {
            double square = 0;
            for (int i = 0; i < dim; i++) {
                row[i] = x[r * dim + i] - mean[i];
                square += row[i] * row[i];
            }
            double norm = Math.sqrt(square);
            for (int i = 0; i < dim && norm > 0; i++) {
                row[i] /= norm;
            }
            for (int i = 0; i < dim; i++) {
                for (int j = i; j < dim; j++) {
                    sums[i * dim + j] += row[i] * row[j];
                }
            }
        }
        for (int i = 0; i < dim; i++) {
            for (int j = 0; j < i; j++) {
                sums[i * dim + j] = sums[j * dim + i];
            }
        }
        return sums;
    }

    private static double[] mean(float[] x, int rows, int dim) {
        double[] mean = new double[dim];
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < dim; i++) {
                mean[i] += x[r * dim + i];
            }
        }
        for (int i = 0; i < dim; i++) {
            mean[i] /= rows;
        }
        return mean;
    }

    /** The {@code rank}-th largest, from 0. */
    public double eigenvalue(int rank) {
        return eigenvalues[rank];
    }

    /** H: von Neumann's entropy over ln dim. */
    public double entropy() {
        return truncatedEntropy(eigenvalues.length);
    }

    /** H_k: of the {@code k} largest eigenvalues alone; of all if there are fewer. */
    public double truncatedEntropy(int k) {
        return sum(k) / StrictMath.log(eigenvalues.length);
    }

    /** exp(−Σ σ ln σ): from 1 to dim. */
    public double effectiveRank() {
        return StrictMath.exp(sum(eigenvalues.length));
    }

    private double sum(int k) {
        double sum = 0;
        for (int i = 0; i < Math.min(k, eigenvalues.length); i++) {
            double sigma = Math.abs(eigenvalues[i]);
            sum -= sigma > 0 ? sigma * StrictMath.log(sigma) : 0;
        }
        return sum;
    }
}
