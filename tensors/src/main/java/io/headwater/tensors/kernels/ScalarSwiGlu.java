/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** The oracle of {@link SwiGlu}. */
final class ScalarSwiGlu implements SwiGlu {
    @Override
    public void apply(float[] gate, int gateOffset, float[] up, int upOffset, int n, float[] out, int outOffset) {
        for (int i = 0; i < n; i++) {
            float g = gate[gateOffset + i];
            out[outOffset + i] = g / (1 + ExactExp.exp(-g)) * up[upOffset + i];
        }
    }
}
