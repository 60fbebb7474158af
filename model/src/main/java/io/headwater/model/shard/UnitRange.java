/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.shard;

/** Units [from, to) of one kind, or KV heads. */
public record UnitRange(int from, int to) {
    public UnitRange {
        if (from < 0 || to < from) {
            throw new IllegalArgumentException("units [" + from + ", " + to + ")");
        }
    }

    public int count() {
        return to - from;
    }
}
