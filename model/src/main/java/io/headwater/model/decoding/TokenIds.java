/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import java.util.Arrays;

/** Token ids that never change. */
public final class TokenIds {
    public static final TokenIds NONE = new TokenIds(new int[0]);
    private final int[] ids;

    private TokenIds(int[] ids) {
        this.ids = ids;
    }

    public static TokenIds of(int... ids) {
        return new TokenIds(ids.clone());
    }

    public int size() {
        return ids.length;
    }

    public int get(int index) {
        return ids[index];
    }

    /** A copy. */
    public int[] toArray() {
        return ids.clone();
    }

    /** These and one more. */
    public TokenIds plus(int... more) {
        int[] all = Arrays.copyOf(ids, ids.length + more.length);
        System.arraycopy(more, 0, all, ids.length, more.length);
        return new TokenIds(all);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenIds that && Arrays.equals(ids, that.ids);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ids);
    }

    @Override
    public String toString() {
        return Arrays.toString(ids);
    }
}
