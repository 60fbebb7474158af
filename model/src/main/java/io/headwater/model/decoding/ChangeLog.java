/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import java.util.Arrays;

/** The positions at which a cache has changed shape. Owned by the decode loop. */
final class ChangeLog {
    private int[] positions = new int[8];
    private int count;

    void add(int position) {
        if (count == positions.length) {
            positions = Arrays.copyOf(positions, 2 * count);
        }
        positions[count++] = position;
    }

    /** As it is when all that was due up to a position has happened. */
    static ChangeLog due(ChangePoints due, int position) {
        ChangeLog log = new ChangeLog();
        for (int next = due.next(0, 0); next <= position; next = due.next(next, next)) {
            log.add(next);
        }
        return log;
    }

    int count() {
        return count;
    }

    /** The i-th, from 0. */
    int get(int i) {
        return positions[i];
    }

    /** The last one; 0 if there was none. */
    int last() {
        return count == 0 ? 0 : positions[count - 1];
    }

    /** Whether up to a position the same changes are due. */
    boolean agreesWith(ChangePoints due, int position) {
        int last = 0;
        for (int i = 0; i < count; i++) {
            if (due.next(last, last) != positions[i]) {
                return false;
            }
            last = positions[i];
        }
        return due.next(last, last) > position;
    }
}
