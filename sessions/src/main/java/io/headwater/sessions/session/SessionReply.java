/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.sessions.log.Message;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.stream.SessionFeed;
import java.util.List;

/** What a session, or whoever has them all, answers. */
public sealed interface SessionReply {
    /** The session is there and in the log; {@code offset} of what it will tell next. */
    record Ready(String id, int offset) implements SessionReply {}

    /**
     * The turn is in the log and its answer on its way.
     *
     * @param offset of the answer's first event
     * @param repeated the same key had been used: nothing was added now
     */
    record Accepted(String id, int turn, int offset, boolean repeated, SessionFeed feed) implements SessionReply {}

    /**
     * What it is now.
     *
     * @param offset of the first event of the answer at work, or else of the next one
     * @param budgets where its KV budget has changed
     */
    record Description(
            String id,
            Opened opened,
            List<Message> messages,
            int tokens,
            int offset,
            boolean decoding,
            List<BudgetEvent> budgets,
            SequenceFigures cache)
            implements SessionReply {
        public Description {
            messages = List.copyOf(messages);
            budgets = List.copyOf(budgets);
        }
    }

    /**
     * What it tells.
     *
     * @param plain of one completion only
     * @param ended the completion is over, so nothing more will be told
     * @param answer offset of the first event of the answer at work, or else of the next one
     */
    record Watching(SessionFeed feed, boolean plain, boolean ended, int answer) implements SessionReply {}

    /** Done; {@code changed} is false if there was nothing to do. */
    record Done(boolean changed) implements SessionReply {}

    /** There is no such session. */
    record Missing() implements SessionReply {}

    /** It has an answer at work. */
    record Busy() implements SessionReply {}

    /** All places for requests are taken. */
    record Full(String message) implements SessionReply {}

    /** It cannot be done as asked. */
    record Refused(Reason reason, String message) implements SessionReply {}

    /** It cannot be done now. */
    record Unavailable(String message) implements SessionReply {
        static Unavailable ending() {
            return new Unavailable("this server is ending: try again later, or another one");
        }
    }

    /** Why something is refused. */
    enum Reason {
        /** Of these messages no prompt can be made. */
        MESSAGES,
        /** The context has no room. */
        TOO_LONG,
        /** The key came with another request before. */
        KEY_REUSED,
        /** The session belongs to another model, or takes no more turns. */
        SESSION
    }
}
