/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

/** What a stream between two nodes of an epoch is for. */
public enum Purpose {
    SUMS(1),
    LOGITS(2),
    STEPS(3),
    PULSE(4);

    private final int code;

    Purpose(int code) {
        this.code = code;
    }

    /** Aeron's id of the stream from one node to another. */
    public int streamId(int epoch, int source, int destination) {
        return (epoch & 0x3FF) << 20 | code << 16 | source << 8 | destination;
    }
}
