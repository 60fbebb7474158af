/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.tensors.kernels.KvType;

/**
 * What all engines of a plan must agree on.
 *
 * @param contextLength positions that a sequence may have
 * @param chunkRows most rows of one step
 * @param crossoverRows from so many rows on an all-reduce is a reduce-scatter and an all-gather
 */
public record EngineSettings(int contextLength, KvType kvType, int chunkRows, int crossoverRows) {
    public EngineSettings {
        if (contextLength < 1 || chunkRows < 1 || crossoverRows < 0) {
            throw new IllegalArgumentException("contextLength=" + contextLength + " chunkRows=" + chunkRows
                    + " crossoverRows=" + crossoverRows + ": the first two at least 1, the third at least 0");
        }
    }
}
