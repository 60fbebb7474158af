/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/**
 * The one seam where the engines of a plan meet. Every engine makes the same calls in the same order, on the thread of its worker 0.
 */
public interface Exchange {
    /** Stands for a layer: what comes after the last one. */
    int AFTER_LAYERS = 0xFFFE;

    /** The phase of the first all-reduce after the layers, 0 is the gather; later ones count up to {@link #MOST_PHASES}. */
    int FIRST_TOTAL = 1;

    int MOST_PHASES = 0xFE;

    /** The phase, after the layers of a step or before the first, of the nodes' word on the next one. */
    int BETWEEN_STEPS = 0xFF;

    /** A step begins: what follows carries its number. The engines of a plan count alike. */
    void begin(long step);

    /**
     * Replaces {@code sums[0, count)} by their sum over all shards. Integers: no order changes a bit. Returns when all have made the call.
     *
     * @param dim values of a row: {@code count} is a multiple of it
     * @param layer for messages and errors
     * @param phase for messages and errors: which exchange of the layer, 0 after attention, 1 after the MLP; after the layers from 1 on
     */
    void allReduce(long[] sums, int count, int dim, int layer, int phase) throws ExchangeException;

    /**
     * Collects rows of logits at shard 0: copies this shard's {@code values[row · stride + from, row · stride + to)} for all rows to the same place
     * of shard 0's array. Other shards may return before it has arrived; shard 0 returns when it has all.
     */
    void gather(float[] values, int rows, int stride, int from, int to) throws ExchangeException;

    /** The file of a cache is written or read, between two steps, and that gets on: whoever waits for this shard meanwhile may see it. */
    default void gettingOn() {}

    /** Bytes that this shard has sent. */
    long sentBytes();

    /** Gives up: every engine that waits, or comes to wait, gets an {@link ExchangeException}. Any thread. */
    void abort(String reason);
}
