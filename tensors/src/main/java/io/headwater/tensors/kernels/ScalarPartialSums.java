/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** The oracle of {@link PartialSums}. */
final class ScalarPartialSums implements PartialSums {
    @Override
    public boolean add(float[] y, int yOffset, long[] sums, int sumsOffset, int n) {
        boolean inRange = true;
        for (int i = 0; i < n; i++) {
            double scaled = Math.rint(y[yOffset + i] * SCALE);
            inRange &= Math.abs(scaled) <= LIMIT;
            sums[sumsOffset + i] += (long) scaled;
        }
        return inRange;
    }

    @Override
    public void addTo(long[] sums, int sumsOffset, float[] residual, int residualOffset, int n) {
        for (int i = 0; i < n; i++) {
            residual[residualOffset + i] += (float) (sums[sumsOffset + i] * (1 / SCALE));
        }
    }
}
