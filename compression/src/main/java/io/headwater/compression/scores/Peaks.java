/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.scores;

import io.headwater.compression.CompressibleHead;

/**
 * KVzip's score (ALGORITHMS 5.4): the highest probability that a query of a reconstruction has paid to the entry, as its logarithm. An entry that came
 * after the last reconstruction begins at 1 and loses a factor of e every {@link #FADING} tokens.
 */
final class Peaks {
    private static final float FADING = 64;

    private Peaks() {}

    static void score(CompressibleHead head, float[] scores) {
        int last = head.position(head.length() - 1);
        for (int entry = 0; entry < head.length(); entry++) {
            float peak = head.state(0, entry);
            scores[entry] = Float.isNaN(peak) ? (head.position(entry) - last) / FADING : peak;
        }
    }
}
