/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import io.headwater.tensors.forms.PackedMatrix;

/**
 * One tile of a matrix times all rows of activations.
 *
 * <p>For each row r of the tile and each row t of {@code x}, starting from +0, over the blocks [fromBlock, toBlock) in
 * ascending order:
 *
 * <ul>
 *   <li>nibbles: dot = Σ n·q as an integer; {@code acc = fma(scale · d, (float) dot, acc)}; {@code acc = fma(min, d · Σq, acc)}
 *   <li>bytes: the same for each sub-block's scale in ascending order, then the minimum's step where the form has one
 *   <li>floats: {@code acc = fma(w, x, acc)} for each column in ascending order
 * </ul>
 *
 * <p>where {@code scale · d} and {@code d · Σq} are f32 products. A lane is a row, so the chain is the same at every vector
 * width and for any number of rows. The result goes to {@code scratch.output()[t · 64 + r]}; padding rows give +0.
 */
public interface MatMul {
    void multiply(PackedMatrix w, int tile, int fromBlock, int toBlock, Activations x, TileScratch scratch);
}
