/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What is done with a head once its entries are scored: evict, or evict then merge (EMS). Read {@code Eviction} first, then
 * {@code EvictThenMerge}. Objects hold scratch and have one owner thread.
 */
@NullMarked
package io.headwater.compression.merging;

import org.jspecify.annotations.NullMarked;
