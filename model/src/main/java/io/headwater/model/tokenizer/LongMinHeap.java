/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.util.Arrays;

/** A binary heap of longs, smallest first. A merge candidate is one long: its priority above, its position below. */
final class LongMinHeap {
    private long[] items = new long[64];
    private int count;

    static long candidate(int priority, int position) {
        return ((long) priority << 32) | position;
    }

    static int priority(long candidate) {
        return (int) (candidate >> 32);
    }

    static int position(long candidate) {
        return (int) candidate;
    }

    boolean isEmpty() {
        return count == 0;
    }

    void add(long item) {
        if (count == items.length) {
            items = Arrays.copyOf(items, count * 2);
        }
        int hole = count++;
        while (hole > 0 && items[(hole - 1) / 2] > item) {
            items[hole] = items[(hole - 1) / 2];
            hole = (hole - 1) / 2;
        }
        items[hole] = item;
    }

    /** Takes the smallest item out; the heap must not be empty. */
    long take() {
        long smallest = items[0];
        long last = items[--count];
        int hole = 0;
        for (int child = 1; child < count; child = 2 * hole + 1) {
            if (child + 1 < count && items[child + 1] < items[child]) {
                child++;
            }
            if (items[child] >= last) {
                break;
            }
            items[hole] = items[child];
            hole = child;
        }
        items[hole] = last;
        return smallest;
    }
}
