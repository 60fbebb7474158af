/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.decoding.ShrunkSessions;

/**
 * What the leader's decode loop does.
 *
 * @param running requests at work
 * @param waiting requests that wait for one of those to end
 * @param runningTokens of all requests at work: what a rebuild would have to read again
 * @param shrunk sessions that have less of a KV budget than they asked for, on every node
 * @param tokens told in this epoch
 * @param tokensPerSecond over the last seconds
 */
public record DecodeFigures(
        int running, int waiting, long runningTokens, ShrunkSessions shrunk, long tokens, double tokensPerSecond) {
    public static final DecodeFigures NONE = new DecodeFigures(0, 0, 0, ShrunkSessions.NONE, 0, 0);
}
