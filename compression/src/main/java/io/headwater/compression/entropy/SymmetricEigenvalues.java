/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

/**
 * Eigenvalues of a symmetric matrix in scalar f64 and one fixed order of operations: Householder reflections make it tridiagonal, then each eigenvalue
 * is found by halving an interval by the count of smaller ones (Sturm). Only additions, multiplications, divisions and square roots, so the bits are
 * the same on every machine. Error: some n · 2⁻⁵² of the largest absolute value.
 */
final class SymmetricEigenvalues {
    private final int n;
    private final double[] diagonal;
    private final double[] squares;
    private double radius;
    private double smallestPivot;

    private SymmetricEigenvalues(int n) {
        this.n = n;
        diagonal = new double[n];
        squares = new double[n];
    }

    /** Of {@code a[n, n]}, which is overwritten; descending. */
    static double[] descending(double[] a, int n) {
        for (double x : a) {
            if (!Double.isFinite(x)) {
                throw new IllegalArgumentException("a matrix with " + x);
            }
        }
        SymmetricEigenvalues solver = new SymmetricEigenvalues(n);
        solver.reduce(a);
        return solver.solve();
    }

    /** Makes {@code a} tridiagonal, a column after another. */
    private void reduce(double[] a) {
        double[] v = new double[n];
        double[] p = new double[n];
        for (int column = 0; column < n; column++) {
            diagonal[column] = a[column * n + column];
            if (column + 1 < n) {
                double below = reflector(a, column, v);
                squares[column + 1] = below * below;
                if (v[column + 1] != 0) {
                    applyFromBothSides(a, column + 1, v, p);
                }
            }
        }
    }

    /**
     * The reflection that leaves only one element below the diagonal of a column: v in {@code v[column + 1 … n)}, of length √2 (v[column + 1] = 0: none
     * needed); returns the element.
     */
    private double reflector(double[] a, int column, double[] v) {
        int first = column + 1;
        double rest = 0;
        for (int i = first + 1; i < n; i++) {
            rest += a[i * n + column] * a[i * n + column];
        }
        double head = a[first * n + column];
        if (rest == 0) {
            v[first] = 0;
            return head;
        }
        double norm = Math.sqrt(head * head + rest);
        double below = head > 0 ? -norm : norm;
        double scale = 1 / Math.sqrt(norm * (norm + Math.abs(head)));
        v[first] = (head - below) * scale;
        for (int i = first + 1; i < n; i++) {
            v[i] = a[i * n + column] * scale;
        }
        return below;
    }

    /** (I − v vᵀ) A (I − v vᵀ) of the rows and columns from {@code first} on. */
    private void applyFromBothSides(double[] a, int first, double[] v, double[] p) {
        double dot = 0;
        for (int i = first; i < n; i++) {
            double sum = 0;
            for (int j = first; j < n; j++) {
                sum += a[i * n + j] * v[j];
            }
            p[i] = sum;
            dot += sum * v[i];
        }
        for (int i = first; i < n; i++) {
            p[i] -= dot / 2 * v[i];
        }
        for (int i = first; i < n; i++) {
            for (int j = first; j < n; j++) {
                a[i * n + j] -= v[i] * p[j] + p[i] * v[j];
            }
        }
    }

    private double[] solve() {
        for (int i = 0; i < n; i++) {
            smallestPivot = Math.max(smallestPivot, Double.MIN_NORMAL * Math.max(1, squares[i]));
            double beside = Math.sqrt(squares[i]) + (i + 1 < n ? Math.sqrt(squares[i + 1]) : 0);
            radius = Math.max(radius, Math.abs(diagonal[i]) + beside);
        }
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = nth(i, i == 0 ? radius : values[i - 1], radius * Math.ulp(1.0));
        }
        return values;
    }

    /** The eigenvalue that has {@code rank} larger ones; none of the rest is above {@code from}. */
    private double nth(int rank, double from, double precision) {
        double low = -radius;
        double high = from + precision;
        while (high - low > precision) {
            double middle = low + (high - low) / 2;
            if (below(middle) > n - 1 - rank) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return low + (high - low) / 2;
    }

    /** How many eigenvalues are less than x. */
    private int below(double x) {
        int count = 0;
        double pivot = 1;
        for (int i = 0; i < n; i++) {
            pivot = diagonal[i] - x - squares[i] / pivot;
            if (Math.abs(pivot) < smallestPivot) {
                pivot = -smallestPivot;
            }
            count += pivot < 0 ? 1 : 0;
        }
        return count;
    }
}
