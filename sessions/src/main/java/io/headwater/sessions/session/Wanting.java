/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.sessions.log.Wish;
import io.headwater.sessions.session.SessionCommand.Ask;
import io.headwater.sessions.session.SessionCommand.AwaitReady;
import io.headwater.sessions.session.SessionCommand.Cancel;
import io.headwater.sessions.session.SessionCommand.Delete;
import io.headwater.sessions.session.SessionCommand.Describe;
import io.headwater.sessions.session.SessionCommand.Expire;
import io.headwater.sessions.session.SessionCommand.Question;
import io.headwater.sessions.session.SessionCommand.Watch;
import io.headwater.sessions.stream.SessionFeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Questions to a session that another gateway owns. What the log answers is answered of it; the others wait, and the owner hears what is wanted: that an
 * answer ends, or that a session at rest is let go. Owned by its session.
 */
final class Wanting {
    private static final int MOST_WAITING = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(12);
    private static final Duration AGAIN = Duration.ofMillis(250);
    private static final int HEARD_IN_A_GRACE = 3;

    private final SessionScope scope;
    private final SessionState state;
    private final SessionFeed feed;
    private final Rhythm wishes = new Rhythm(AGAIN);
    private final Rhythm heard;
    private List<Waiting> waiting = new ArrayList<>();

    Wanting(SessionScope scope, SessionState state, SessionFeed feed) {
        this.scope = scope;
        this.state = state;
        this.feed = feed;
        this.heard = new Rhythm(scope.settings().resumeGrace().dividedBy(HEARD_IN_A_GRACE));
    }

    /**
     * Whoever asks.
     *
     * @param after so many reads had begun: one of them does not answer it
     * @param turn whose answer it has found at work; 0 if it has found none yet
     */
    private record Waiting(Question question, int after, long sinceNanos, int turn) {
        Waiting seen(SessionState state) {
            return turn == 0 && state.running() ? new Waiting(question, after, sinceNanos, state.turns()) : this;
        }
    }

    /** It is answered, or begins to wait, at the next {@link #answer} of a read that begins after so many. */
    void add(Question question, int reads) {
        if (waiting.size() < MOST_WAITING) {
            waiting.add(new Waiting(question, reads, System.nanoTime(), 0));
        } else {
            question.replyTo().tell(new SessionReply.Unavailable("too many wait for this session: try again"));
        }
    }

    /** Whether somebody wants its answer to end. */
    boolean ends() {
        return waiting.stream()
                .anyMatch(each -> each.question() instanceof Cancel || each.question() instanceof Delete);
    }

    boolean any() {
        return !waiting.isEmpty();
    }

    /** Whether somebody needs a read that begins after this one. */
    boolean asksAfter(int read) {
        return waiting.stream().anyMatch(each -> each.after() >= read);
    }

    /** Answers what can be answered of what this read has brought; true if it is time to try whether the session is to be had. */
    boolean answer(int read) {
        List<Waiting> left = new ArrayList<>();
        boolean wanted = false;
        for (Waiting each : waiting) {
            if (each.after() >= read) {
                left.add(each);
                continue;
            }
            Optional<SessionReply> reply = reply(each);
            if (reply.isPresent()) {
                each.question().replyTo().tell(reply.get());
            } else {
                left.add(each.seen(state));
                wanted = true;
            }
        }
        waiting = left;
        if (state.running() && state.opened().plain() && feed.watched() && heard.due()) {
            want(Wish.heard(scope.id()));
        }
        if (!wanted || !wishes.due()) {
            return false;
        }
        want(state.running() ? Wish.cancel(scope.id(), state.turns()) : Wish.release(scope.id()));
        return !state.running();
    }

    private void want(Wish wish) {
        scope.parts().log().want(wish);
    }

    private Optional<SessionReply> reply(Waiting each) {
        Optional<SessionReply> reply = switch (each.question()) {
            case Describe _ -> Optional.of(description());
            case Watch _ -> Optional.of(watching());
            case AwaitReady _ -> Optional.of(new SessionReply.Ready(scope.id(), feed.end()));
            case Expire _ -> Optional.of(new SessionReply.Done(false));
            case Ask ask -> said(ask);
            case Cancel _ -> cancelled(each);
            case Delete _ -> Optional.empty();
        };
        return reply.isEmpty() && System.nanoTime() - each.sinceNanos() > PATIENCE.toNanos()
                ? Optional.of(new SessionReply.Unavailable("another gateway has this session and does not let it go"))
                : reply;
    }

    /** Once the answer that it has found is over, also where the next one has begun. */
    private Optional<SessionReply> cancelled(Waiting each) {
        boolean atWork = state.running() && (each.turn() == 0 || each.turn() == state.turns());
        return atWork ? Optional.empty() : Optional.of(new SessionReply.Done(each.turn() > 0));
    }

    private Optional<SessionReply> said(Ask ask) {
        Optional<SessionState.KnownTurn> known = state.known(ask.turn().key());
        if (known.isPresent()) {
            return Optional.of(Asking.repeated(scope.id(), ask.turn(), known.get(), feed));
        }
        return state.running() ? Optional.of(new SessionReply.Busy()) : Optional.empty();
    }

    private SessionReply watching() {
        boolean plain = state.opened().plain();
        return new SessionReply.Watching(feed, plain, plain && !state.running(), state.answerOffset());
    }

    private SessionReply description() {
        return new SessionReply.Description(
                scope.id(),
                state.opened(),
                state.messages(),
                state.size(),
                state.answerOffset(),
                state.running(),
                state.budgets(),
                SequenceFigures.NONE);
    }

    /** The session itself answers from now on. */
    void handOn() {
        waiting.forEach(each -> scope.self().tell(each.question()));
        waiting.clear();
    }

    /** All who wait hear this. */
    void refuse(SessionReply reply) {
        waiting.forEach(each -> each.question().replyTo().tell(reply));
        waiting.clear();
    }

    /** What is done again and again, but not more often than so. */
    private static final class Rhythm {
        private final long nanos;
        private long last;
        private boolean begun;

        Rhythm(Duration pause) {
            this.nanos = pause.toNanos();
        }

        boolean due() {
            long now = System.nanoTime();
            boolean due = !begun || now - last >= nanos;
            if (due) {
                begun = true;
                last = now;
            }
            return due;
        }
    }
}
