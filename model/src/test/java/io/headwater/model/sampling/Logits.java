/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

import java.util.Random;

/** Rows of logits for tests. */
final class Logits {
    private Logits() {}

    /** Normal with the given deviation, rounded to multiples of 2^-4 so that ties are frequent. */
    static float[] withTies(Random random, int vocabSize, double deviation) {
        float[] logits = new float[vocabSize];
        for (int i = 0; i < vocabSize; i++) {
            logits[i] = Math.round(random.nextGaussian() * deviation * 16) / 16f;
        }
        return logits;
    }
}
