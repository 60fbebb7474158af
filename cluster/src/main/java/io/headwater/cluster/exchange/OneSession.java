/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

/**
 * Which of the publications that send on a stream is the peer's: the first that has sent a valid message. What another one sends later is a
 * stranger's, however valid it looks. One polling thread's.
 */
final class OneSession {
    private boolean bound;
    private int id;

    /** Whether messages of this session may be the peer's. */
    boolean isThat(int sessionId) {
        return !bound || sessionId == id;
    }

    /** A message of this session was valid. */
    void bind(int sessionId) {
        if (!bound) {
            bound = true;
            id = sessionId;
        }
    }
}
