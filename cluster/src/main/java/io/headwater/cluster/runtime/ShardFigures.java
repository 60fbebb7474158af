/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.exchange.ExchangeFigures;
import io.headwater.model.shard.Shard;

/**
 * What one node does in one epoch, for {@code headwater status}. Numbers may be a step old.
 *
 * @param units head, FFN and vocabulary units that this node owns
 * @param weightBytes packed weights
 * @param kvBytes memory of all caches, in whole slabs, of at most {@code kvLimitBytes}
 * @param sequences that have a cache here
 * @param stepNanos in all steps together, of which {@code exchangeNanos} waiting for and talking with the peers
 * @param exchange of the data plane: times of an all-reduce, what was sent and dropped; all 0 without peers
 */
public record ShardFigures(
        long epoch,
        int shard,
        int shards,
        Shard units,
        long weightBytes,
        long kvBytes,
        long kvLimitBytes,
        int sequences,
        long steps,
        long rows,
        long stepNanos,
        long exchangeNanos,
        ExchangeFigures exchange,
        String kernels) {}
