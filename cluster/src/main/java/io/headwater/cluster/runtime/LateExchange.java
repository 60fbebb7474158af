/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.engine.Exchange;
import io.headwater.model.engine.ExchangeException;
import org.jspecify.annotations.Nullable;

/**
 * The exchange of an engine that is loaded and warm before it connects, so that neither is ever taken for a death. Connected once, by the
 * loader thread, before the engine thread starts; never for a shard that has no peers.
 */
final class LateExchange implements Exchange {
    private volatile @Nullable Exchange connected;
    private volatile @Nullable String aborted;

    void connect(Exchange exchange) {
        connected = exchange;
        String reason = aborted;
        if (reason != null) {
            exchange.abort(reason);
        }
    }

    private Exchange connected() {
        Exchange exchange = connected;
        if (exchange == null) {
            throw new IllegalStateException("a step before the node has connected to its peers");
        }
        return exchange;
    }

    /** A plan of one shard is never connected. */
    @Override
    public void begin(long step) {
        Exchange exchange = connected;
        if (exchange != null) {
            exchange.begin(step);
        }
    }

    @Override
    public void allReduce(long[] sums, int count, int dim, int layer, int phase) throws ExchangeException {
        connected().allReduce(sums, count, dim, layer, phase);
    }

    @Override
    public void gather(float[] values, int rows, int stride, int from, int to) throws ExchangeException {
        connected().gather(values, rows, stride, from, to);
    }

    @Override
    public void gettingOn() {
        Exchange exchange = connected;
        if (exchange != null) {
            exchange.gettingOn();
        }
    }

    @Override
    public long sentBytes() {
        Exchange exchange = connected;
        return exchange == null ? 0 : exchange.sentBytes();
    }

    @Override
    public void abort(String reason) {
        aborted = reason;
        Exchange exchange = connected;
        if (exchange != null) {
            exchange.abort(reason);
        }
    }
}
