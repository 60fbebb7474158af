/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

/**
 * Bytes of KV caches in memory, by what they are there for, and who has less than it asked for.
 *
 * @param running of requests at work
 * @param idle of sessions that may go on
 * @param prefix of nobody, for requests that begin with the same tokens
 * @param shrunk sessions, at work or idle, that do with less budget
 */
public record KvHeld(long running, long idle, long prefix, ShrunkSessions shrunk) {
    public static final KvHeld NOTHING = new KvHeld(0, 0, 0, ShrunkSessions.NONE);
}
