/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

/** What one worker needs to attend: scores of a chunk and unpacked keys and values of a block. One owner thread. */
public final class AttentionScratch {
    private final float[] scores;
    private final float[] keys;
    private final float[] values;
    private final float[] lanes = new float[LaneSums.LANES];
    private final OneTokenStep step = new OneTokenStep();

    private float[] members = new float[0];
    private int touched;

    public AttentionScratch(int capacityRows, KvLayout layout) {
        scores = new float[capacityRows * Attention.CHUNK_ENTRIES];
        keys = new float[layout.headDim() * KvLayout.BLOCK_ENTRIES];
        values = new float[layout.paddedDim() * KvLayout.BLOCK_ENTRIES];
    }

    /** Keeps what was read only to have it in the cache, so that the reads are not optimised away. */
    public void touched(int value) {
        touched = value;
    }

    /** The last value read ahead; of no use but to be there. */
    public int touched() {
        return touched;
    }

    /** {@code [rows, 256]}: z, then e^(z − m). */
    public float[] scores() {
        return scores;
    }

    /** {@code [headDim, 32]}. */
    public float[] keys() {
        return keys;
    }

    /** {@code [32, paddedDim]}. */
    public float[] values() {
        return values;
    }

    /** Room for so many members' logits, rounded up to lanes; grows with the first heads that have more. */
    public float[] members(int count) {
        int needed = (count + LaneSums.LANES - 1) / LaneSums.LANES * LaneSums.LANES;
        if (members.length < needed) {
            members = new float[Math.max(needed, 2 * members.length)];
        }
        return members;
    }

    public float[] lanes() {
        return lanes;
    }

    /** What the loop over one token's rows does next. */
    public OneTokenStep step() {
        return step;
    }
}
