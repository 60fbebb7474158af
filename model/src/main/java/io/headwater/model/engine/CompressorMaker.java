/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.HeadCompressor;
import io.headwater.compression.KvPolicy;

/** Makes what brings heads down to their budgets: one for each worker and policy, since it has room of its own. */
@FunctionalInterface
interface CompressorMaker {
    /** For heads of at most so many entries. */
    HeadCompressor make(KvPolicy policy, int capacityEntries);
}
