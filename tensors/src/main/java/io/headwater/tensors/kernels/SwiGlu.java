/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** The gate of the feed-forward layer (Shazeer 2020): out = (g / (1 + e^(−g))) · u, with {@link ExactExp}. */
public interface SwiGlu {
    /** {@code n} is a multiple of 16; {@code out} may be one of the inputs. */
    void apply(float[] gate, int gateOffset, float[] up, int upOffset, int n, float[] out, int outOffset);
}
