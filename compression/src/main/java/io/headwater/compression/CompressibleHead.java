/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import io.headwater.tensors.kernels.KvBlocks;

/** One KV head's cache as it is at a change point: {@link #length} entries in ascending position. Owned by the caller's thread. */
public interface CompressibleHead extends KvBlocks {
    int length();

    /** The entry's original position. The last entry is the token before the next one. */
    int position(int entry);

    /** Σ over all queries so far of the group-mean probability of the entry; 0 where the policy does not ask for it. */
    float columnSum(int entry);

    void columnSum(int entry, float value);

    /** Further state of an entry, {@code index <} {@link KvPolicy#stateFloats}; NaN where it was never set. */
    float state(int index, int entry);

    void state(int index, int entry, float value);

    /**
     * The last queries {@code [windowLength, groupSize, headDim]}, oldest first: after RoPE, scaled by 1/√headDim as attention uses
     * them, rounded to the KV type. The last row stands at the last entry's position.
     */
    float[] windowQueries();

    /** How many rows {@link #windowQueries} holds: at most {@link KvPolicy#window}, fewer in a short sequence. */
    int windowLength();

    /**
     * Keeps entries {@code kept[0 … count)}, ascending, in place; all that belongs to an entry moves along: key, value, position,
     * sums, state, bias, members. Blocks behind the new end are freed.
     */
    void keep(int[] kept, int count);

    /** Overwrites an entry's key {@code [headDim]}, after RoPE; rounded to the KV type. */
    void key(int entry, float[] key, int offset);

    /** Overwrites an entry's value {@code [headDim]}; rounded to the KV type. */
    void value(int entry, float[] value, int offset);

    /** Sets what is added to an entry's logit. */
    void bias(int entry, float bias);

    /** Sets what {@link #members} tells: {@code count} tokens, in order of the entries that stand for them. */
    void members(int[] entries, float[] ratios, int count);
}
