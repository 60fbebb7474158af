/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;

/** How much each entry of a head matters: higher is kept rather. */
public interface EntryScore {
    /** Fills {@code scores[0 … head.length())}. What is protected anyway may get any value. */
    void score(CompressibleHead head, float[] scores);

    /** Writes what the next compression will need into the head, before anything is dropped. */
    default void remember(CompressibleHead head) {}
}
