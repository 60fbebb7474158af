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
        public void allReduce(long[] mine, int count) throws ExchangeException {
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
        public void allGather(float[] mine, int from, int to) throws ExchangeException {
            values[shard] = mine;
            barrier.await(shard);
            for (int other = 0; other < values.length; other++) {
                if (other != shard) {
                    System.arraycopy(mine, from, values[other], from, to - from);
                }
            }
            barrier.await(shard);
            sentBytes += (long) Float.BYTES * (to - from) * (values.length - 1);
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
