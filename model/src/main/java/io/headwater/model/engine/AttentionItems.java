/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/**
 * The blocks of query rows of a step, those that read most first, so that the last one to be finished is short. Filled by one worker
 * before the others start, the same for all layers.
 */
final class AttentionItems {
    private static final int ROW_BITS = 17;
    private static final int ROW_MASK = (1 << ROW_BITS) - 1;

    private final int rowsPerBlock;
    /** What an item reads, and in the lowest bits its first row. */
    private final long[] items;

    private int count;

    AttentionItems(int capacityRows, int rowsPerBlock) {
        this.rowsPerBlock = rowsPerBlock;
        this.items = new long[capacityRows];
    }

    void fill(StepBatch batch) {
        count = 0;
        for (int run = 0; run < batch.runs(); run++) {
            int first = batch.firstRow(run);
            int blocks = (batch.rowsOf(run) + rowsPerBlock - 1) / rowsPerBlock;
            for (int block = blocks - 1; block >= 0; block--) {
                add(batch, first + block * rowsPerBlock);
            }
        }
    }

    /** Insertion: there are few, and a run's come in order. */
    private void add(StepBatch batch, int firstRow) {
        int end = end(batch, firstRow);
        long work = (long) (end - firstRow) * batch.entries(end - 1);
        long item = work << ROW_BITS | firstRow;
        int at = count++;
        for (; at > 0 && items[at - 1] < item; at--) {
            items[at] = items[at - 1];
        }
        items[at] = item;
    }

    int count() {
        return count;
    }

    /** First row of an item's block. */
    int firstRow(int item) {
        return (int) items[item] & ROW_MASK;
    }

    /** The end of the block that begins with a row. */
    int end(StepBatch batch, int firstRow) {
        return Math.min(batch.firstRow(batch.run(firstRow) + 1), firstRow + rowsPerBlock);
    }
}
