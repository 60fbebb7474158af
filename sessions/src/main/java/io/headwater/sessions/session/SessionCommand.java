/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.TokenIds;
import io.headwater.sessions.log.SessionEvent;
import io.headwater.sessions.log.Wish;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;

/** What a session takes. */
sealed interface SessionCommand {
    /** Somebody who waits for an answer. */
    sealed interface Question extends SessionCommand {
        ActorRef<SessionReply> replyTo();
    }

    record Ask(TurnRequest turn, ActorRef<SessionReply> replyTo) implements Question {}

    record Cancel(ActorRef<SessionReply> replyTo) implements Question {}

    record Delete(ActorRef<SessionReply> replyTo) implements Question {}

    /** It goes if it is at rest. */
    record Expire(ActorRef<SessionReply> replyTo) implements Question {}

    record Describe(ActorRef<SessionReply> replyTo) implements Question {}

    record Watch(ActorRef<SessionReply> replyTo) implements Question {}

    /** Replies when a new session is in the log. */
    record AwaitReady(ActorRef<SessionReply> replyTo) implements Question {}

    /** The registry lets it go. */
    record Stop() implements SessionCommand {}

    /** The server ends: nothing is written any more, an answer at work goes on when a server starts again. */
    record Halt() implements SessionCommand {}

    /** What a session hears from those that work for it. */
    sealed interface Internal extends SessionCommand {}

    /** {@code owned}: by this server. */
    record Loaded(boolean owned, List<SessionEvent> events) implements Internal {}

    record NotLoaded(String problem) implements Internal {}

    record Prompted(TokenIds ids) implements Internal {}

    record NotPrompted(String problem) implements Internal {}

    record Decoded(int turn, DecodeEvent event) implements Internal {}

    record Committed() implements Internal {}

    record SubscribersChanged() implements Internal {}

    record GraceOver() implements Internal {}

    record IdleOver() implements Internal {}

    record Again(int turn) implements Internal {}

    /** A plain completion was not taken: nothing of it stays. */
    record Abandoned() implements Internal {}

    record Removed() implements Internal {}

    /** The gateway that had it has ended: whoever comes first goes on with it. */
    record Orphaned() implements Internal {}

    /** Another gateway wants something of its owner. */
    record Wished(Wish wish) implements Internal {}

    /**
     * Of a session that another gateway has: its events from the last known one on.
     *
     * @param owned it was this server's before they were read
     * @param read number of the read, from 1
     */
    record Followed(boolean owned, int read, List<SessionEvent> events) implements Internal {}

    record Claimed(boolean owned) implements Internal {}

    /** Whether it is this server's could not be read. */
    record NotClaimed() implements Internal {}

    /** It is time to look for more of them. */
    record Look() implements Internal {}
}
