/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/** The exchange of engines in one process: they read each other's arrays between barriers. */
final class MemoryExchange {
    private final PhaseBarrier barrier;
    private final long[][] sums;
    private final float[][] values;

    MemoryExchange(int shards, int spins, long timeoutNanos) {
        this.barrier = new PhaseBarrier("shards", shards, spins, timeoutNanos);
        this.sums = new long[shards][];
        this.values = new float[shards][];
    }

    /** The end that one shard holds; {@code capacity} is the longest array it will reduce. */
    Exchange end(int shard, int capacity) {
        return new End(shard, capacity);
    }

    private final class End implements Exchange {
        private final int shard;
        private final long[] total;
        private long sentBytes;

        End(int shard, int capacity) {
            this.shard = shard;
            this.total = new long[capacity];
        }

        @Override
        public void begin(long step) {}

        @Override
        public void allReduce(long[] mine, int count, int dim, int layer, int phase) throws ExchangeException {
            sums[shard] = mine;
            barrier.await(shard);
            System.arraycopy(sums[0], 0, total, 0, count);
            for (int other = 1; other < sums.length; other++) {
                add(sums[other], total, count);
            }
            barrier.await(shard);
            System.arraycopy(total, 0, mine, 0, count);
            sentBytes += (long) Long.BYTES * count * (sums.length - 1);
        }

        private static void add(long[] from, long[] to, int count) {
            for (int i = 0; i < count; i++) {
                to[i] += from[i];
            }
        }

        @Override
        public void gather(float[] mine, int rows, int stride, int from, int to) throws ExchangeException {
            values[shard] = mine;
            barrier.await(shard);
            if (shard != 0) {
                for (int row = 0; row < rows; row++) {
                    System.arraycopy(mine, row * stride + from, values[0], row * stride + from, to - from);
                }
                sentBytes += (long) Float.BYTES * (to - from) * rows;
            }
            barrier.await(shard);
        }

        @Override
        public long sentBytes() {
            return sentBytes;
        }

        @Override
        public void abort(String reason) {
            barrier.fail(reason);
        }
    }
}
