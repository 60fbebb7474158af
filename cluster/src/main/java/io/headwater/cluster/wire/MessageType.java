/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.wire;

import org.jspecify.annotations.Nullable;

/** What a message of the data plane is. */
public enum MessageType {
    /** Partial sums: the receiver adds them. */
    SUMS(1),
    /** Finished sums: the receiver takes them. */
    TOTALS(2),
    LOGITS(3),
    STEP(4),
    /** A sign of life with the sender's place in its work; the header only. */
    PULSE(5),
    /** Makes a receiver notice that messages before it were lost; the header only. */
    FLUSH(6),
    /** The sender leaves the epoch; the header only. */
    GOODBYE(7);

    private static final @Nullable MessageType[] BY_CODE = new @Nullable MessageType[values().length + 1];

    static {
        for (MessageType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;

    MessageType(int code) {
        this.code = code;
    }

    /** The byte on the wire. */
    public int code() {
        return code;
    }

    /** The type of a byte on the wire; null if there is none. */
    public static @Nullable MessageType of(int code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
