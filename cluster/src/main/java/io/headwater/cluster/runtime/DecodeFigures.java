/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

/**
 * What the leader's decode loop does.
 *
 * @param running requests at work
 * @param waiting requests that wait for one of those to end
 * @param runningTokens of all requests at work: what a rebuild would have to read again
 * @param tokens told in this epoch
 * @param tokensPerSecond over the last seconds
 */
public record DecodeFigures(int running, int waiting, long runningTokens, long tokens, double tokensPerSecond) {}
