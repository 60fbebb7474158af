/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import java.util.Arrays;

/** The token ids of a session as they grow. Owned by the decode loop. */
final class TokenLog {
    private int[] ids;
    private int size;

    TokenLog(TokenIds known, int room) {
        ids = Arrays.copyOf(known.toArray(), Math.max(known.size(), room));
        size = known.size();
    }

    int size() {
        return size;
    }

    int get(int index) {
        return ids[index];
    }

    /** All ids and unused room behind them: not to be changed. */
    int[] array() {
        return ids;
    }

    void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
        }
        ids[size++] = id;
    }

    /** Whether the first {@code count} are those of the other. */
    boolean begins(TokenIds other, int count) {
        if (count > other.size() || count > size) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (ids[i] != other.get(i)) {
                return false;
            }
        }
        return true;
    }
}
