/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.sampling;

/** A binary heap in the front of an array, largest key at the root. */
final class LongHeap {
    private LongHeap() {}

    /** Makes a heap of the first {@code size} keys. */
    static void build(long[] keys, int size) {
        for (int node = size / 2 - 1; node >= 0; node--) {
            siftDown(keys, node, size, keys[node]);
        }
    }

    /** Places {@code key} at {@code node} or below it, in a heap of {@code size} keys; what stood at {@code node} is overwritten. */
    static void siftDown(long[] keys, int node, int size, long key) {
        int hole = node;
        for (int child = 2 * hole + 1; child < size; child = 2 * hole + 1) {
            if (child + 1 < size && keys[child + 1] > keys[child]) {
                child++;
            }
            if (keys[child] <= key) {
                break;
            }
            keys[hole] = keys[child];
            hole = child;
        }
        keys[hole] = key;
    }
}
