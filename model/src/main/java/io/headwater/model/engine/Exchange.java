/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/**
 * The one seam where the engines of a plan meet. Every engine makes the same calls in the same order; a call returns when all
 * have made it.
 */
public interface Exchange {
    /** Replaces {@code sums[0, count)} by their sum over all shards. Integers: no order changes a bit. */
    void allReduce(long[] sums, int count) throws ExchangeException;

    /** Copies this shard's {@code values[from, to)} to all others' arrays at the same place. */
    void allGather(float[] values, int from, int to) throws ExchangeException;

    /** Bytes that this shard has sent. */
    long sentBytes();

    /** Gives up: every engine that waits, or comes to wait, gets an {@link ExchangeException}. */
    void abort(String reason);
}
