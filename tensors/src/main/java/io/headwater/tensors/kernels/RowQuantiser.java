/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/**
 * Quantises activations per row and block of 32 columns: d = max|x| / 127; q = (x / d + 12582912) − 12582912, which rounds half to
 * even; max|x| &lt; 2^-100 gives d = 0 and q = 0. Also Σq and d · Σq (one f32 product).
 */
public interface RowQuantiser {
    /** Below this a block counts as zero. */
    float TINY = 0x1p-100f;

    /** 1.5 · 2^23: added and subtracted, it rounds. */
    float ROUNDER = 12582912f;

    /** Quantises blocks [fromBlock, toBlock) of a row in place. Returns false if a value is not finite. */
    boolean quantise(Activations x, int row, int fromBlock, int toBlock);
}
