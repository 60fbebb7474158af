/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;

/**
 * Work for a decode loop. It carries all that the work depends on, so that any node can take it up at any point: whoever has the session's
 * cache goes on from there, whoever has none builds it again of the same tokens, with the same bits.
 */
public sealed interface DecodeRequest {
    /** The session's id, unique among those that are open. */
    long session();

    /** All token ids that are known. */
    TokenIds log();

    /**
     * An answer.
     *
     * @param log the session's tokens: history, prompt, and what of this answer has been told already
     * @param answered how many at the log's end belong to this answer: it goes on after them
     * @param keep whether the session's cache stays when the answer ends, for a next turn
     */
    record Generate(
            long session,
            TokenIds log,
            int answered,
            SamplingOptions sampling,
            long seed,
            TurnOptions turn,
            boolean keep)
            implements DecodeRequest {
        public Generate {
            if (answered < 0 || answered >= log.size()) {
                throw new IllegalArgumentException(
                        "answered=" + answered + " of " + log.size() + " tokens: a prompt has at least one");
            }
        }
    }

    /**
     * Log-probabilities of a text's tokens {@code [from, size)}, each given all before it, and the best {@code top} after the last.
     *
     * @param from at least 1
     * @param stepRows most rows of this text in one step: 1 feeds it token by token
     */
    record Score(long session, TokenIds log, int from, int top, int stepRows) implements DecodeRequest {}
}
