/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

/**
 * An earlier turn of a session, in numbers of tokens from the log's beginning: a cache that gives entries up depends on where prompts ended.
 *
 * @param prompt where its prompt ended
 * @param end where its answer ended, of at least one token
 */
public record PastTurn(int prompt, int end) {
    public PastTurn {
        if (prompt < 1 || end <= prompt) {
            throw new IllegalArgumentException(
                    "a turn's prompt ends at " + prompt + ", its answer at " + end + ": both have tokens");
        }
    }
}
