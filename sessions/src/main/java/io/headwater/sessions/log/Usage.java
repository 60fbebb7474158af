/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

/**
 * What a turn took.
 *
 * @param promptTokens that the turn added to the session before the answer
 * @param cachedTokens of the session that were in its cache when the turn began
 * @param cachedPromptTokens of promptTokens, those that had been read with another prompt
 * @param completionTokens of the answer
 * @param promptMillis from the request to the first token
 * @param completionMillis from the first token to the last, as far as one process saw it
 */
public record Usage(
        int promptTokens,
        int cachedTokens,
        int cachedPromptTokens,
        int completionTokens,
        double promptMillis,
        double completionMillis) {}
