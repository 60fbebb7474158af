/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;
import io.headwater.compression.Rotation;
import java.util.Arrays;

/**
 * Mean μ and covariance Σ of one query head's last queries as they were before their rotation, then turned to the positions to come:
 * R̄μ and R̄ΣR̄ᵀ. In f64. Queries at the first positions are outliers and are skipped.
 */
final class QueryStatistics {
    private final Rotation rotation;
    private final int dim;
    private final int skipped;
    private final float[] query;
    final double[] mean;
    final double[] covariance;
    private final double[] vector;
    private final double[] matrix;

    QueryStatistics(Rotation rotation, int headDim, int skipped) {
        this.rotation = rotation;
        this.dim = headDim;
        this.skipped = skipped;
        query = new float[headDim];
        mean = new double[headDim];
        vector = new double[headDim];
        covariance = new double[headDim * headDim];
        matrix = new double[headDim * headDim];
    }

    /** Takes the queries of {@code member} of the group, scaled as they are (by 1/√headDim). */
    void gather(CompressibleHead head, int member, int groupSize, int next) {
        Arrays.fill(mean, 0);
        Arrays.fill(covariance, 0);
        int window = head.windowLength();
        int first = Math.min(Math.max(0, skipped - (next - window)), Math.max(0, window - 1));
        for (int row = first; row < window; row++) {
            read(head, row, member, groupSize, next - window + row);
            for (int i = 0; i < dim; i++) {
                mean[i] += query[i];
            }
        }
        divide(mean, window - first);
        for (int row = first; row < window; row++) {
            read(head, row, member, groupSize, next - window + row);
            for (int i = 0; i < dim; i++) {
                vector[i] = query[i] - mean[i];
            }
            for (int i = 0; i < dim; i++) {
                for (int j = 0; j < dim; j++) {
                    covariance[i * dim + j] += vector[i] * vector[j];
                }
            }
        }
        divide(covariance, window - first);
    }

    private void read(CompressibleHead head, int row, int member, int groupSize, int position) {
        System.arraycopy(head.windowQueries(), (row * groupSize + member) * dim, query, 0, dim);
        rotation.rotateBack(query, 0, position);
    }

    private static void divide(double[] x, int n) {
        for (int i = 0; i < x.length; i++) {
            x[i] /= Math.max(n, 1);
        }
    }

    /** Applies the linear map R̄ to both. */
    void turn(double[] map) {
        for (int i = 0; i < dim; i++) {
            double sum = 0;
            for (int j = 0; j < dim; j++) {
                sum += map[i * dim + j] * mean[j];
            }
            vector[i] = sum;
        }
        System.arraycopy(vector, 0, mean, 0, dim);
        multiply(map, covariance, matrix, false);
        multiply(matrix, map, covariance, true);
    }

    /** {@code c = a · b}, or a · bᵀ. */
    private void multiply(double[] a, double[] b, double[] c, boolean transposed) {
        for (int i = 0; i < dim; i++) {
            for (int j = 0; j < dim; j++) {
                double sum = 0;
                for (int k = 0; k < dim; k++) {
                    sum += a[i * dim + k] * (transposed ? b[j * dim + k] : b[k * dim + j]);
                }
                c[i * dim + j] = sum;
            }
        }
    }
}
