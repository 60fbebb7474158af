/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/**
 * What a group has done so far.
 *
 * @param steps forward passes
 * @param rows tokens in them
 * @param stepNanos time in forward passes
 * @param exchangeNanos the first shard's time in the exchange, waiting included
 * @param compressionNanos the first shard's time for what policies ask: column sums and change points
 * @param columnSumNanos of compressionNanos, column sums
 * @param exchangeBytes bytes that all shards have sent
 * @param weightBytes bytes of packed weights that one step reads, on all shards
 * @param kernels name of the kernels in use
 */
public record EngineStatistics(
        long steps,
        long rows,
        long stepNanos,
        long exchangeNanos,
        long compressionNanos,
        long columnSumNanos,
        long exchangeBytes,
        long weightBytes,
        String kernels) {}
