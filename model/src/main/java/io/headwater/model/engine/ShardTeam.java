/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import java.util.Arrays;

/** The workers of one shard: their barrier, and the shard's end of the exchange, which worker 0 serves for all. */
final class ShardTeam {
    private final int index;
    private final int shards;
    private final int workers;
    private final PhaseBarrier barrier;
    private final Exchange exchange;
    private long exchangeNanos;
    private long step;
    private int totals;
    private boolean alone;

    /** {@code index}: which of the group's engines this is. */
    ShardTeam(int index, int shards, int workers, PhaseBarrier barrier, Exchange exchange) {
        this.index = index;
        this.shards = shards;
        this.workers = workers;
        this.barrier = barrier;
        this.exchange = exchange;
    }

    int index() {
        return index;
    }

    int workers() {
        return workers;
    }

    /** From the next step on: without the other shards, as if there were none. Between two steps. */
    void alone(boolean alone) {
        this.alone = alone;
    }

    /** Worker 0, once per step. */
    void begin() {
        totals = Exchange.FIRST_TOTAL;
        if (!alone) {
            exchange.begin(++step);
        }
    }

    void await(int worker) throws ExchangeException {
        barrier.await(worker);
    }

    /** After all workers have filled their sums: adds them up over workers and shards, into {@code sums[0]} of every shard; broken rows become so for all. */
    void reduce(int worker, StepBuffers buffers, int count, int dim, int layer, int phase) throws ExchangeException {
        long[][] sums = buffers.sums;
        barrier.await(worker);
        addShare(worker, sums, count);
        barrier.await(worker);
        if (shards > 1 && !alone) {
            if (worker == 0) {
                long start = System.nanoTime();
                buffers.broken.spoil(sums[0], count, dim, shards);
                exchange.allReduce(sums[0], count, dim, layer, phase);
                exchangeNanos += System.nanoTime() - start;
            }
            barrier.await(worker);
        }
    }

    /** Worker 0, while the others wait, after the last layer: adds words up over the shards, as much at a time as the shards reduce of a step. */
    void total(long[] words, StepBuffers buffers, int dim) throws ExchangeException {
        if (shards == 1 || alone) {
            return;
        }
        long start = System.nanoTime();
        long[] rows = buffers.sums[0];
        int most = rows.length / dim * dim;
        for (int from = 0; from < words.length; from += most) {
            int n = Math.min(most, words.length - from);
            int count = Math.ceilDiv(n, dim) * dim;
            System.arraycopy(words, from, rows, 0, n);
            Arrays.fill(rows, n, count, 0);
            exchange.allReduce(rows, count, dim, Exchange.AFTER_LAYERS, totals);
            totals = Math.min(totals + 1, Exchange.MOST_PHASES);
            System.arraycopy(rows, 0, words, from, n);
        }
        exchangeNanos += System.nanoTime() - start;
    }

    private void addShare(int worker, long[][] sums, int count) {
        int from = (int) ((long) count * worker / workers);
        int to = (int) ((long) count * (worker + 1) / workers);
        long[] total = sums[0];
        for (int other = 1; other < workers; other++) {
            long[] theirs = sums[other];
            for (int i = from; i < to; i++) {
                total[i] += theirs[i];
            }
        }
    }

    /** Collects all shards' rows of the vocabulary, {@code rows} times. */
    void gather(int worker, float[] logits, int rows, ShardGeometry geometry) throws ExchangeException {
        barrier.await(worker);
        if (shards > 1 && !alone) {
            if (worker == 0) {
                long start = System.nanoTime();
                int vocabSize = geometry.config().vocabSize();
                int from = geometry.firstVocabularyRow();
                exchange.gather(logits, rows, vocabSize, from, from + geometry.vocabularyRows());
                exchangeNanos += System.nanoTime() - start;
            }
            barrier.await(worker);
        }
    }

    /** Ends the step for everybody, here and on the other shards. */
    void abort(String reason) {
        barrier.fail(reason);
        exchange.abort(reason);
    }

    /** Time that worker 0 has spent in the exchange. */
    long exchangeNanos() {
        return exchangeNanos;
    }

    long sentBytes() {
        return exchange.sentBytes();
    }
}
