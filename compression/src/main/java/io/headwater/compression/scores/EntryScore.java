/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;

/** How much each entry of a head matters: higher is kept rather. */
public interface EntryScore {
    /** Fills {@code scores[0 … head.length())}. What is protected anyway may get any value. */
    void score(CompressibleHead head, float[] scores);

    /** Does slice {@code slice} of {@code slices} of what can be done before {@link #score}; slice 0 begins a new head. Nothing by default. */
    default void prepare(CompressibleHead head, int slice, int slices) {}

    /** Writes what the next compression will need into the head, before anything is dropped. */
    default void remember(CompressibleHead head) {}
}
