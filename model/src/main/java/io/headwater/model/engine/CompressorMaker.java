/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.CompressibleHead;
import io.headwater.compression.KvPolicy;

/** Makes what brings heads down to their budgets: one for each worker and policy, since it has room of its own. */
@FunctionalInterface
interface CompressorMaker {
    /** For heads of at most so many entries. */
    Compressor make(KvPolicy policy, int capacityEntries);

    /** Brings one head after another down to a budget; what comes of it depends on nothing but the head, the policy and the budget. */
    @FunctionalInterface
    interface Compressor {
        /** A slice of the work, in ascending order and nothing between; the last one changes the head. */
        void compress(CompressibleHead head, int budget, int slice, int slices);
    }
}
