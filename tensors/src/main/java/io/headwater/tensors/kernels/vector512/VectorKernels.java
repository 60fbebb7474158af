/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels.vector512;

import io.headwater.tensors.kernels.Kernels;

/** This width's kernels. */
public final class VectorKernels {
    private VectorKernels() {}

    public static Kernels create() {
        return new Kernels(
                "vector512",
                new VectorMatMul(),
                new VectorRmsNorm(),
                new VectorRowQuantiser(),
                new VectorSwiGlu(),
                new VectorPartialSums(),
                new VectorAttention(),
                new VectorScores());
    }
}
