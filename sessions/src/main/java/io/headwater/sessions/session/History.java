/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.SessionEvent;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.session.SessionCommand.Committed;
import io.headwater.sessions.session.SessionCommand.SubscribersChanged;
import io.headwater.sessions.stream.SessionFeed;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What has happened in a session, what of it is in the log, and what of that has been told: in this order, always. Owned by its session.
 */
final class History {
    private final SessionScope scope;
    private final SessionState state;
    private final SessionFeed feed;
    private final Journal journal;

    private History(SessionScope scope, SessionState state, SessionFeed feed, int nextSeq) {
        this.scope = scope;
        this.state = state;
        this.feed = feed;
        this.journal = new Journal(scope.id(), scope.parts().log().writer(), feed, nextSeq);
    }

    /** Of a new session; {@link #flush} puts it into the log. */
    static History begun(SessionScope scope, Opened opened) {
        SessionState state = new SessionState(opened);
        History history = new History(scope, state, feed(scope, state), 0);
        history.journal.add(opened);
        return history;
    }

    /** As the log tells it; {@code feed} is at its end. */
    static History read(SessionScope scope, SessionState state, SessionFeed feed) {
        return new History(scope, state, feed, state.seq());
    }

    /** A feed that is at the end of what a session has told. */
    static SessionFeed feed(SessionScope scope, SessionState state) {
        ActorRef<SessionCommand> self = scope.self();
        return new SessionFeed(scope.id(), state.offset(), () -> self.tell(new SubscribersChanged()));
    }

    /** What it has led to, also what is not in the log yet. */
    SessionState state() {
        return state;
    }

    SessionFeed feed() {
        return feed;
    }

    /** It happens; {@link #flush} follows. */
    void record(SessionEvent event) {
        state.apply(event);
        journal.add(event);
    }

    void flush() {
        journal.flush()
                .ifPresent(written -> scope.context()
                        .pipeToSelf(
                                written, (_, _) -> new Committed())); // it never fails: it is tried until it succeeds
    }

    /** What was handed in is in the log. */
    void committed() {
        journal.committed();
        flush();
    }

    /** Replies when all that has happened so far is in the log: nobody is told of what a restart could undo. */
    void reply(ActorRef<SessionReply> to, SessionReply reply) {
        journal.reply(to, reply);
    }

    /** What those hear who still wait for a commit. */
    void replyToAll(SessionReply reply) {
        journal.replyToAll(reply);
    }

    /** Whether all that has happened is in the log. */
    boolean settled() {
        return journal.idle();
    }

    /** A plain completion whose turn has not been taken: nothing of it is in the log, nor need be. */
    boolean empty() {
        return state.opened().plain() && state.turns() == 0;
    }
}
