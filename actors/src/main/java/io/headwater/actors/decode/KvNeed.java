/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

/**
 * KV entries of a head that a session may need.
 *
 * @param entries the most that it comes to where memory is enough
 * @param least to which it may be brought down where it is not: what is reserved for it
 */
public record KvNeed(int entries, int least) {
    public KvNeed {
        if (least < 1 || entries < least) {
            throw new IllegalArgumentException(
                    "entries=" + entries + " least=" + least + ": expected 1 or more each, the least not above");
        }
    }

    /** Of a session that cannot shrink. */
    static KvNeed whole(int entries) {
        return new KvNeed(entries, entries);
    }

    /** Whether who has been granted the other has this, too. */
    boolean within(KvNeed other) {
        return entries <= other.entries && least <= other.least;
    }
}
