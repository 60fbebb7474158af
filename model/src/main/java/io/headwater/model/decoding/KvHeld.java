/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

/**
 * Bytes of KV caches in memory, by what they are there for.
 *
 * @param running of requests at work
 * @param idle of sessions that may go on
 * @param prefix of nobody, for requests that begin with the same tokens
 */
public record KvHeld(long running, long idle, long prefix) {}
