/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

/**
 * Hidden states between two stages of a prefill on one shard, {@code [tokens, dim]} in f32: what the layers of a stage have made of a segment's tokens and
 * those of the next begin with. Grows by blocks on the engine's thread; workers read and write rows of it between two barriers.
 */
public final class SegmentRows {
    private static final int BLOCK_ROWS = 256;
    private static final float[][] NONE = {};

    private float[][] blocks = NONE;
    private int dim;

    /** Room for rows [0, count) of so many floats; those that there are stay. */
    public void ensure(int count, int rowFloats) {
        dim = rowFloats;
        int needed = Math.ceilDiv(count, BLOCK_ROWS);
        if (needed <= blocks.length) {
            return;
        }
        float[][] more = new float[needed][];
        System.arraycopy(blocks, 0, more, 0, blocks.length);
        for (int block = blocks.length; block < needed; block++) {
            more[block] = new float[BLOCK_ROWS * rowFloats];
        }
        blocks = more;
    }

    /** What room for rows [0, count) takes, at least what there is. */
    long bytes(int count, int rowFloats) {
        long needed = Math.max(blocks.length, Math.ceilDiv(count, BLOCK_ROWS));
        return needed * BLOCK_ROWS * rowFloats * Float.BYTES;
    }

    long bytes() {
        return bytes(0, dim);
    }

    public void write(int row, float[] from, int offset) {
        System.arraycopy(from, offset, blocks[row / BLOCK_ROWS], row % BLOCK_ROWS * dim, dim);
    }

    public void read(int row, float[] to, int offset) {
        System.arraycopy(blocks[row / BLOCK_ROWS], row % BLOCK_ROWS * dim, to, offset, dim);
    }

    /** Goes on with rows {@code kept}, ascending, close together from row 0. */
    public void keep(int[] kept) {
        for (int row = 0; row < kept.length; row++) {
            if (kept[row] != row) {
                float[] to = blocks[row / BLOCK_ROWS];
                read(kept[row], to, row % BLOCK_ROWS * dim);
            }
        }
        int needed = Math.ceilDiv(kept.length, BLOCK_ROWS);
        if (needed < blocks.length) {
            float[][] fewer = new float[needed][];
            System.arraycopy(blocks, 0, fewer, 0, needed);
            blocks = fewer;
        }
    }

    /** Gives all room back. */
    public void clear() {
        blocks = NONE;
    }
}
