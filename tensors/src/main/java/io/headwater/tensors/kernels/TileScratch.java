/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import io.headwater.tensors.forms.PackedMatrix;

/** What one worker needs to multiply a tile: the result {@code [rows, 64]} and room for the kernels. One owner thread. */
public final class TileScratch {
    static final int TOKENS_AT_ONCE = 4;

    private final float[] output;
    private final short[] panel = new short[PackedMatrix.BLOCK_COLUMNS * PackedMatrix.TILE_ROWS];
    private final short[] low = new short[TOKENS_AT_ONCE * PackedMatrix.TILE_ROWS];
    private final short[] high = new short[TOKENS_AT_ONCE * PackedMatrix.TILE_ROWS];
    private final float[] scales = new float[3 * PackedMatrix.TILE_ROWS];

    private int touched;

    public TileScratch(int capacityRows) {
        output = new float[Math.multiplyExact(capacityRows, PackedMatrix.TILE_ROWS)];
    }

    /** Keeps what was read only to have it in the cache, so that the reads are not optimised away. */
    public void touched(int value) {
        touched = value;
    }

    /** The last value read ahead; of no use but to be there. */
    public int touched() {
        return touched;
    }

    /** The tile's product, row-major {@code [rows, 64]}. */
    public float[] output() {
        return output;
    }

    /** One block of weights, widened to 16 bits, {@code [32, 64]}. */
    public short[] panel() {
        return panel;
    }

    /** Low 16 bits of dot products, {@code [4, 64]}. */
    public short[] low() {
        return low;
    }

    /** Sums of the products' upper bits, {@code [4, 64]}. */
    public short[] high() {
        return high;
    }

    /** A block's scales and minimums as f32, {@code [3, 64]}. */
    public float[] scales() {
        return scales;
    }
}
