/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import io.headwater.model.sampling.LogProbabilities;

/** Hears what the model expects of a text's tokens, variant by variant. */
@FunctionalInterface
public interface RowListener {
    /** What was expected at a position, by the number of the variant; {@code row} is valid until the next call. */
    void row(int variant, int position, LogProbabilities row);
}
