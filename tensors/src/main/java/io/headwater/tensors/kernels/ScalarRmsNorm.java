/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import java.util.Arrays;

/** The oracle of {@link RmsNorm}. */
final class ScalarRmsNorm implements RmsNorm {
    @Override
    public boolean normalise(float[] x, int xOffset, float[] weight, int n, float epsilon, float[] out, int outOffset) {
        Arrays.fill(out, outOffset, outOffset + LaneSums.LANES, 0f); // the output's start serves as the 16 partial sums
        for (int i = 0; i < n; i++) {
            float v = x[xOffset + i];
            int lane = outOffset + i % LaneSums.LANES;
            out[lane] = Math.fma(v, v, out[lane]);
        }
        float sumOfSquares = LaneSums.fold(out, outOffset);
        float r = RmsNorm.factor(sumOfSquares, n, epsilon);
        for (int i = 0; i < n; i++) {
            out[outOffset + i] = x[xOffset + i] * r * weight[i];
        }
        return Float.isFinite(sumOfSquares);
    }
}
