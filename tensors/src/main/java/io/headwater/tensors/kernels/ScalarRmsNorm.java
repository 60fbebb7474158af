/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** The oracle of {@link RmsNorm}. */
final class ScalarRmsNorm implements RmsNorm {
    @Override
    public void normalise(float[] x, int xOffset, float[] weight, int n, float epsilon, float[] out, int outOffset) {
        float[] lanes = new float[LaneSums.LANES];
        for (int i = 0; i < n; i++) {
            float v = x[xOffset + i];
            lanes[i % LaneSums.LANES] = Math.fma(v, v, lanes[i % LaneSums.LANES]);
        }
        float r = RmsNorm.factor(LaneSums.fold(lanes, 0), n, epsilon);
        for (int i = 0; i < n; i++) {
            out[outOffset + i] = x[xOffset + i] * r * weight[i];
        }
    }
}
