/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** One provider's kernels. All providers give the same bits, so they may be mixed and exchanged at any time. */
public record Kernels(
        String name,
        MatMul matMul,
        RmsNorm rmsNorm,
        RowQuantiser quantiser,
        SwiGlu swiGlu,
        PartialSums partialSums,
        Attention attention,
        Scores scores) {

    /** The oracle: short, obvious, right by definition. */
    public static Kernels scalar() {
        return new Kernels(
                "scalar",
                new ScalarMatMul(),
                new ScalarRmsNorm(),
                new ScalarRowQuantiser(),
                new ScalarSwiGlu(),
                new ScalarPartialSums(),
                new ScalarAttention(),
                new ScalarScores());
    }
}
