/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.decoding.TokenIds;
import io.headwater.sessions.log.Message;
import io.headwater.sessions.prompt.PromptException;
import io.headwater.sessions.prompt.Prompts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;

/** What a turn adds to a session, as token ids. Made on a worker. */
final class TurnPrompt {
    private TurnPrompt() {}

    /**
     * The ids.
     *
     * @param last token of the session; -1 in its first turn, whose prompt has the whole history
     * @throws CompletionException if there can be none, see {@link #problem}
     */
    static TokenIds ids(Prompts prompts, TurnRequest turn, List<Message> history, int last) {
        if (turn.said().isEmpty()) {
            return turn.prompt();
        }
        try {
            if (last >= 0) {
                return TokenIds.of(prompts.added(history, turn.said(), last));
            }
            List<Message> all = new ArrayList<>(history);
            all.addAll(turn.said());
            return TokenIds.of(prompts.conversation(all));
        } catch (PromptException e) {
            throw new CompletionException(e);
        }
    }

    /** Why there are none: a sentence for the client. */
    static String problem(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof PromptException
                ? String.valueOf(cause.getMessage())
                : "no prompt can be made of this: " + cause;
    }
}
