/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.decoding.TokenIds;
import io.headwater.sessions.log.Message;
import io.headwater.sessions.log.SessionEvent.Asked;
import io.headwater.sessions.log.SessionEvent.Origin;
import io.headwater.sessions.prompt.Prompts;
import io.headwater.sessions.session.SessionCommand.Abandoned;
import io.headwater.sessions.session.SessionCommand.Ask;
import io.headwater.sessions.session.SessionCommand.NotPrompted;
import io.headwater.sessions.session.SessionCommand.Prompted;
import io.headwater.sessions.stream.SessionFeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * How a turn begins: what cannot be done is refused, of the rest token ids are made, one question at a time, and the turn is recorded. Between a place at
 * the decode loop and the turn's record it may still be refused or cancelled. Owned by its session.
 */
final class Asking {
    /** Who asks the same again meanwhile. */
    private static final int MOST_SAME = 16;

    private final SessionScope scope;
    private final History history;
    private final SessionState state;
    private final Answer answer;
    private final Rest rest;
    private final List<ActorRef<SessionReply>> same = new ArrayList<>();
    private @Nullable Ask ask;
    private boolean cancelled;

    Asking(SessionScope scope, History history, Answer answer, Rest rest) {
        this.scope = scope;
        this.history = history;
        this.state = history.state();
        this.answer = answer;
        this.rest = rest;
    }

    /** Whether there is a turn to be that has a place and is not recorded yet. */
    boolean atWork() {
        return ask != null;
    }

    /** The turn to be ends as soon as it has begun. */
    void cancel() {
        cancelled = true;
    }

    /** Somebody says something. */
    void on(Ask next) {
        Optional<SessionState.KnownTurn> known = state.known(next.turn().key());
        if (known.isPresent()) {
            repeat(next, known.get());
        } else if (ask != null && sameKey(ask, next)) {
            join(ask, next);
        } else if (state.running() || ask != null) {
            next.replyTo().tell(new SessionReply.Busy());
        } else {
            reason().ifPresentOrElse(
                            no -> {
                                next.replyTo().tell(no);
                                abandonIfEmpty();
                            },
                            () -> prepare(next));
        }
    }

    private void repeat(Ask next, SessionState.KnownTurn known) {
        SessionReply reply = repeated(scope.id(), next.turn(), known, history.feed());
        if (reply instanceof SessionReply.Accepted) {
            history.reply(next.replyTo(), reply);
        } else {
            next.replyTo().tell(reply);
        }
    }

    /** What whoever asks with a known key hears. */
    static SessionReply repeated(String id, TurnRequest turn, SessionState.KnownTurn known, SessionFeed feed) {
        return known.digest().equals(turn.digest())
                ? new SessionReply.Accepted(id, known.turn(), known.offset(), true, feed)
                : keyReused();
    }

    private static boolean sameKey(Ask one, Ask other) {
        return !one.turn().key().isEmpty()
                && one.turn().key().equals(other.turn().key());
    }

    private void join(Ask first, Ask next) {
        if (!first.turn().digest().equals(next.turn().digest())) {
            next.replyTo().tell(keyReused());
        } else if (same.size() < MOST_SAME) {
            same.add(next.replyTo());
        } else {
            next.replyTo().tell(new SessionReply.Busy());
        }
    }

    private static SessionReply keyReused() {
        return new SessionReply.Refused(
                SessionReply.Reason.KEY_REUSED,
                "this Idempotency-Key came with another request before: give each request a key of its own");
    }

    /** Why no turn may begin; if one may, it has a place now. */
    private Optional<SessionReply> reason() {
        if (!scope.computes(state.opened())) {
            return Optional.of(new SessionReply.Refused(
                    SessionReply.Reason.SESSION,
                    "the session was computed by another model, KV type or context: its tokens can be read, but it takes no more"
                            + " turns here"));
        }
        if (state.opened().plain() && state.turns() > 0) {
            return Optional.of(new SessionReply.Refused(
                    SessionReply.Reason.SESSION, "this is the session of one completion: it takes no more turns"));
        }
        String lost = scope.parts().log().lost();
        if (!lost.isEmpty()) {
            return Optional.of(new SessionReply.Unavailable(lost));
        }
        if (scope.desk().tryEnter()) {
            return Optional.empty();
        }
        String closed = scope.desk().closed();
        return Optional.of(
                closed.isEmpty()
                        ? new SessionReply.Full(
                                scope.desk().entered() + " requests are at work or wait: try again later")
                        : new SessionReply.Unavailable(closed));
    }

    private void prepare(Ask next) {
        ask = next;
        cancelled = false;
        rest.interrupt();
        List<Message> messages = List.copyOf(state.messages());
        int last = state.size() == 0 ? -1 : state.lastToken();
        Prompts prompts = scope.parts().prompts();
        TurnRequest turn = next.turn();
        scope.context()
                .pipeToSelf(
                        CompletableFuture.supplyAsync(
                                () -> TurnPrompt.ids(prompts, turn, messages, last),
                                scope.parts().worker()),
                        (ids, failure) ->
                                failure == null ? new Prompted(ids) : new NotPrompted(TurnPrompt.problem(failure)));
    }

    /** Its token ids are there. */
    void prompted(TokenIds ids) {
        int context = scope.settings().contextLength();
        if (ids.size() == 0) {
            refused(SessionReply.Reason.MESSAGES, "the prompt is empty: give at least one token");
        } else if (state.opened().kv().full() && state.size() + ids.size() > context) {
            refused(
                    SessionReply.Reason.TOO_LONG,
                    "the context has " + context + " tokens, this needs " + (state.size() + ids.size())
                            + ": shorten it, or begin a new session");
        } else {
            begin(ids);
        }
    }

    private void begin(TokenIds ids) {
        Ask begun = taken();
        TurnRequest turn = begun.turn();
        int first = state.offset();
        history.record(new Asked(
                new Origin(state.turns() + 1, turn.key(), turn.digest()),
                turn.said(),
                ids,
                turn.sampling(),
                turn.seed(),
                turn.options()));
        history.reply(begun.replyTo(), accepted(first, false));
        same.forEach(again -> history.reply(again, accepted(first, true)));
        same.clear();
        history.flush();
        answer.begin(cancelled);
        rest.watch();
    }

    private SessionReply accepted(int first, boolean repeated) {
        return new SessionReply.Accepted(scope.id(), state.turns(), first, repeated, history.feed());
    }

    private Ask taken() {
        Ask taken = ask;
        if (taken == null) {
            throw new IllegalStateException("a prompt that nobody has asked for");
        }
        ask = null;
        return taken;
    }

    /** No token ids can be made of it, or too many. */
    void refused(SessionReply.Reason reason, String message) {
        giveUp(new SessionReply.Refused(reason, message));
        rest.begin();
        abandonIfEmpty();
    }

    /** Whoever has asked hears this; the place is free. */
    void giveUp(SessionReply reply) {
        if (ask != null) {
            scope.desk().leave();
            taken().replyTo().tell(reply);
            same.forEach(again -> again.tell(reply));
            same.clear();
        }
    }

    private void abandonIfEmpty() {
        if (history.empty()) {
            scope.self().tell(new Abandoned());
        }
    }
}
